import type { Item, ModelRequest } from '@fairlead/llm'
import { describe, expect, it } from 'vitest'
import { simulatedAnswer, wordsOf } from './simulated-answer.ts'

const meta = { id: 'id', createdAt: 1 }
const echo = { mode: 'Echo', replies: [] } as const

const message = (role: 'user' | 'assistant' | 'system', text: string): Item => ({
  type: 'message',
  role,
  content: [{ type: role === 'assistant' ? 'output_text' : 'input_text', text }],
})

function request(items: readonly Item[], parts: Partial<ModelRequest> = {}): ModelRequest {
  return {
    model: 'm',
    items,
    tools: [],
    settings: {},
    stream: false,
    includeUsage: false,
    extras: {},
    ...parts,
  }
}

function textOf(items: readonly Item[]): string {
  return items
    .flatMap((item) => (item.type === 'message' ? item.content : []))
    .map((part) => (part.type === 'output_text' ? part.text : ''))
    .join('')
}

describe('what the Simulator says', () => {
  it('Echo tells persona, number of messages and the last user message', () => {
    const items = [message('system', 'Be kind.'), message('user', 'a'), message('user', 'b')]
    const answer = simulatedAnswer(request(items), echo, meta)
    expect(textOf(answer.output)).toBe('I was told: "Be kind." I see 2 messages. You said: "b"')
    expect(simulatedAnswer(request(items), echo, meta)).toEqual(answer)
  })

  it.each([
    [1, 'first'],
    [2, 'second'],
    [3, 'second'],
  ])('Script gives reply %i by the number of user messages', (turns, reply) => {
    const items = Array.from({ length: turns }, () => message('user', 'x'))
    const script = { mode: 'Script', replies: ['first', 'second'] } as const
    expect(textOf(simulatedAnswer(request(items), script, meta).output)).toBe(reply)
  })

  it('calls the tool that it is asked to call, with a value for each required argument', () => {
    const parameters = {
      type: 'object',
      required: ['n', 'b', 'e'],
      properties: { n: { type: 'integer' }, b: { type: 'boolean' }, e: { enum: ['x', 'y'] } },
    }
    const tools = [{ name: 'other' }, { name: 'do_it', parameters }]
    const answer = simulatedAnswer(request([message('user', 'Call do_it.')], { tools }), echo, meta)
    expect(answer.finishReason).toBe('tool_calls')
    expect(answer.output).toMatchObject([
      { type: 'function_call', name: 'do_it', arguments: '{"n":1,"b":true,"e":"x"}' },
    ])
  })

  it('calls no tool that is not offered, or when tools are off', () => {
    const items = [message('user', 'call do_it')]
    const tools = [{ name: 'do_it' }]
    const off = request(items, { tools, toolChoice: 'none' })
    expect(simulatedAnswer(request(items), echo, meta).finishReason).toBe('stop')
    expect(simulatedAnswer(off, echo, meta).finishReason).toBe('stop')
  })

  it('counts a token per word, and stops at the limit', () => {
    const items = [message('user', 'a')]
    const full = simulatedAnswer(request(items), echo, meta)
    const words = full.output.flatMap((item) => wordsOf(item))
    expect(full.usage?.outputTokens).toBe(words.length)
    expect(words.join('')).toBe(textOf(full.output))
    const cut = simulatedAnswer(request(items, { settings: { maxOutputTokens: 2 } }), echo, meta)
    expect(textOf(cut.output)).toBe('I see')
    expect(cut).toMatchObject({ finishReason: 'length', usage: { outputTokens: 2 } })
  })
})
