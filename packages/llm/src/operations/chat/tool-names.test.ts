import { describe, expect, it } from 'vitest'
import type { ModelRequest } from './model-request.ts'
import {
  fitToolNames,
  responseWithCallerNames,
  type ToolNameRule,
  withCallerNames,
} from './tool-names.ts'

const rule: ToolNameRule = { lengthMax: 20, forbidden: /[^\w-]/g, beginning: /^[a-z_]/i }

function requestWith(...names: readonly string[]): ModelRequest {
  return {
    model: 'm',
    items: names.map((name) => ({
      type: 'function_call',
      call_id: name,
      name,
      arguments: '{}',
    })),
    tools: names.map((name) => ({ name })),
    toolChoice: { name: names[0] ?? '' },
    allowedTools: names,
    settings: {},
    stream: false,
    includeUsage: false,
    extras: {},
  }
}

describe('names of tools', () => {
  it('that the rule allows stay', () => {
    const request = requestWith('look_up', 'Read-2')
    expect(fitToolNames(request, rule).request).toBe(request)
    const anything = requestWith('ä b', 'x'.repeat(500))
    expect(fitToolNames(anything, undefined).request).toBe(anything)
  })

  it('that it does not allow are sent under others, everywhere, and come back', () => {
    const names = [
      'mcp__a__very_long_name_1',
      'mcp__a__very_long_name_2',
      'a.b',
      'a b',
      '1',
      '',
      'ok',
    ]
    const asked = requestWith(...names)
    const { request, renamed } = fitToolNames(asked, rule)
    const sent = request.tools.map(({ name }) => name)
    expect(new Set(sent).size).toBe(names.length)
    for (const name of sent) expect(name).toMatch(/^[a-z_][\w-]{0,19}$/i)
    expect(request.items.map((item) => 'name' in item && item.name)).toEqual(sent)
    expect(request.toolChoice).toEqual({ name: sent[0] })
    expect(request.allowedTools).toEqual(sent)
    expect(sent.at(-1)).toBe('ok')
    const told = sent.map((name, index) =>
      withCallerNames({ type: 'tool-call-start', index, id: '1', name }, renamed),
    )
    expect(told.map((event) => 'name' in event && event.name)).toEqual(names)
    const response = {
      id: 'r',
      model: 'm',
      createdAt: 1,
      output: request.items,
      finishReason: 'stop',
    } as const
    expect(responseWithCallerNames(response, renamed).output).toEqual(asked.items)
  })

  it('do not depend on the other tools', () => {
    const alone = fitToolNames(requestWith('a.b'), rule).request.tools[0]
    expect(fitToolNames(requestWith('x.y', 'a.b'), rule).request.tools[1]).toEqual(alone)
  })

  it('take none that another tool has', () => {
    const [first = ''] = fitToolNames(requestWith('a.b'), rule).request.tools.map(
      ({ name }) => name,
    )
    const { renamed, request } = fitToolNames(requestWith('a.b', first), rule)
    expect(request.tools[1]?.name).toBe(first)
    expect(request.tools[0]?.name).not.toBe(first)
    expect(renamed.get(request.tools[0]?.name ?? '')).toBe('a.b')
  })

  it('of providers are their own', () => {
    const asked = requestWith()
    const native = { ...asked, tools: [{ name: 'web search', native: { type: 'w' } }] }
    const { toolChoice: _, ...request } = native
    expect(fitToolNames(request, rule).request).toBe(request)
  })
})
