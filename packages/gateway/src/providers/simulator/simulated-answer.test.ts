import type { Item, ModelRequest } from '@fairlead/llm'
import { describe, expect, it } from 'vitest'
import { itemWords, simulatedAnswer } from './simulated-answer.ts'

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

  it('calls several tools at once, unless told not to, and of those that are allowed', () => {
    const items = [message('user', 'call one and call two')]
    const tools = [{ name: 'two', custom: {} }, { name: 'one' }]
    const called = (parts: Partial<ModelRequest> = {}) =>
      simulatedAnswer(request(items, { tools, ...parts }), echo, meta).output.map((item) =>
        item.type === 'function_call' ? [item.name, item.arguments] : item.type,
      )
    expect(called()).toEqual([
      ['two', 'simulated'],
      ['one', '{}'],
    ])
    expect(called({ parallelToolCalls: false })).toEqual([['two', 'simulated']])
    expect(called({ allowedTools: ['one'] })).toEqual([['one', '{}']])
    expect(called({ toolChoice: { name: 'one' } })).toEqual([['one', '{}']])
    const silent = request([message('user', 'hi')], { tools, toolChoice: 'required' })
    expect(simulatedAnswer(silent, echo, meta).output).toMatchObject([{ name: 'two' }])
  })

  it('thinks if it is asked to, with a seal, and counts that', () => {
    const asked = request([message('user', 'a b')], { settings: { reasoningEffort: 'low' } })
    const answer = simulatedAnswer(asked, echo, meta)
    expect(answer.output).toMatchObject([
      {
        type: 'reasoning',
        content: [{ text: 'The user said 2 words; I think with low effort.' }],
        signature: expect.any(String),
      },
      { type: 'message' },
    ])
    expect(answer.usage?.reasoningTokens).toBe(10)
    const off = request([message('user', 'a')], { settings: { reasoningEffort: 'none' } })
    expect(simulatedAnswer(off, echo, meta).usage?.reasoningTokens).toBe(0)
  })

  it('answers with JSON where that is asked for', () => {
    const items = [message('user', 'hi')]
    const object = request(items, { responseFormat: { type: 'json_object' } })
    expect(JSON.parse(textOf(simulatedAnswer(object, echo, meta).output))).toEqual({
      text: 'I see 1 message. You said: "hi"',
    })
    const schema = { type: 'object', required: ['n'], properties: { n: { type: 'integer' } } }
    const responseFormat = { type: 'json_schema', name: 's', schema } as const
    const typed = request(items, { responseFormat })
    expect(textOf(simulatedAnswer(typed, echo, meta).output)).toBe('{"n":1}')
    const script = { mode: 'Script', replies: ['{"n": 5}'] } as const
    expect(textOf(simulatedAnswer(typed, script, meta).output)).toBe('{"n": 5}')
  })

  it('stops at a stop sequence, and says at which', () => {
    const asked = request([message('user', 'hi')], { settings: { stop: ['said', ' message'] } })
    const answer = simulatedAnswer(asked, echo, meta)
    expect(textOf(answer.output)).toBe('I see 1')
    expect(answer).toMatchObject({ finishReason: 'stop', stopSequence: ' message' })
  })

  it('is certain of every word', () => {
    const asked = request([message('user', 'hi')], { settings: { logprobs: true, topLogprobs: 1 } })
    expect(simulatedAnswer(asked, echo, meta).output).toMatchObject([
      {
        content: [
          {
            logprobs: expect.arrayContaining([
              {
                token: 'I',
                logprob: 0,
                bytes: [73],
                top_logprobs: [{ token: 'I', logprob: 0, bytes: [73] }],
              },
            ]),
          },
        ],
      },
    ])
  })

  it('counts a token per word, and stops at the limit', () => {
    const items = [message('user', 'a')]
    const full = simulatedAnswer(request(items), echo, meta)
    const words = full.output.flatMap((item) => itemWords(item))
    expect(full.usage?.outputTokens).toBe(words.length)
    expect(words.join('')).toBe(textOf(full.output))
    const cut = simulatedAnswer(request(items, { settings: { maxOutputTokens: 2 } }), echo, meta)
    expect(textOf(cut.output)).toBe('I see')
    expect(cut).toMatchObject({ finishReason: 'length', usage: { outputTokens: 2 } })
  })
})
