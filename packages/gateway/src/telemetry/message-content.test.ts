import type { Item } from '@fairlead/llm'
import { describe, expect, it } from 'vitest'
import { messagesJson } from './message-content.ts'

const message = (role: 'user' | 'assistant', text: string): Item => ({
  type: 'message',
  role,
  content: [{ type: role === 'user' ? 'input_text' : 'output_text', text }],
})

describe('messages in a span', () => {
  it('have the shape of the conventions', () => {
    const items: readonly Item[] = [
      message('user', 'hi'),
      { type: 'reasoning', summary: [{ type: 'summary_text', text: 'hm' }] },
      { type: 'function_call', call_id: 'c1', name: 'add', arguments: '{}' },
      { type: 'function_call_output', call_id: 'c1', output: '2' },
      {
        type: 'message',
        role: 'user',
        content: [{ type: 'input_image', image_url: 'data:image/png;base64,AAAA' }],
      },
    ]
    expect(JSON.parse(messagesJson(items))).toEqual([
      { role: 'user', parts: [{ type: 'text', content: 'hi' }] },
      { role: 'assistant', parts: [{ type: 'reasoning', content: 'hm' }] },
      { role: 'assistant', parts: [{ type: 'tool_call', id: 'c1', name: 'add', arguments: '{}' }] },
      { role: 'tool', parts: [{ type: 'tool_call_response', id: 'c1', response: '2' }] },
      { role: 'user', parts: [{ type: 'input_image' }] },
    ])
  })

  it('of an answer say why it ended', () => {
    expect(JSON.parse(messagesJson([message('assistant', 'ok')], 'stop'))).toEqual([
      { role: 'assistant', parts: [{ type: 'text', content: 'ok' }], finish_reason: 'stop' },
    ])
  })

  it.each(['x', '\u0000', 'é', '\u{1f600}'])('are cut to their bound: %j', (character) => {
    const items = [message('user', character.repeat(100_000)), message('user', 'the newest')]
    const text = messagesJson(items, undefined, 1_000)
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(1_000)
    const [first, second] = JSON.parse(text) as { readonly parts: { readonly content: string }[] }[]
    expect(second?.parts[0]?.content).toBe('the newest')
    expect(first?.parts[0]?.content.isWellFormed()).toBe(true)
    expect(first?.parts[0]?.content.length).toBeGreaterThan(20)
  })

  it('of very many parts are not written to be thrown away', () => {
    let reads = 0
    const part = { type: 'input_text', text: 'a few words' } as const
    const watched = new Proxy(part, {
      get: (target, name) => {
        reads += 1
        return target[name as 'text']
      },
    })
    const item: Item = {
      type: 'message',
      role: 'user',
      content: Array.from({ length: 50_000 }, () => watched),
    }
    const text = messagesJson([item, message('user', 'the newest')])
    expect(text).toBe(messagesJson([message('user', 'the newest')]))
    expect(reads).toBe(0)
  })

  it('that do not fit at all are left out', () => {
    expect(messagesJson([message('user', 'hi')], undefined, 20)).toBe('[]')
  })
})
