import { describe, expect, it } from 'vitest'
import { anthropicMessages } from './dialects/anthropic-messages/dialect.ts'
import { chatFormatOf } from './dialects/dialect.ts'
import { geminiJsonArray } from './dialects/gemini/json-array.ts'
import { gemini } from './dialects/gemini/dialect.ts'
import { ollamaChat } from './dialects/ollama/dialect.ts'
import { formatSseEvent } from './framing/sse.ts'

const long = 'x'.repeat(1024 * 1024)

describe.each([anthropicMessages, gemini, geminiJsonArray, ollamaChat])(
  'a stream of $name, whose calls are held until they are whole',
  (dialect) => {
    it('ends with an error where too much would be held', () => {
      const encoder = chatFormatOf(dialect).createStreamEncoder({ includeUsage: true })
      const head = { id: 'r', model: 'm', createdAt: 0 }
      encoder.encode({ type: 'response-start', ...head })
      for (const index of [0, 1]) {
        encoder.encode({ type: 'tool-call-start', index, id: `c${index}`, name: 'f' })
      }
      const texts = Array.from({ length: 20 }, () =>
        encoder.encode({ type: 'tool-call-delta', index: 1, arguments: long }),
      )
      expect(texts.filter((text) => text.includes('error'))).toHaveLength(1)
      expect(encoder.encode({ type: 'finish', finishReason: 'tool_calls' })).toBe('')
    })
  },
)

it('arguments that come value by value are given up when they are too long', () => {
  const decoder = chatFormatOf(gemini).createStreamDecoder(0)
  const piece = (functionCall: object) =>
    Buffer.from(
      formatSseEvent({
        event: '',
        data: JSON.stringify({ candidates: [{ content: { parts: [{ functionCall }] } }] }),
      }),
    )
  const text = (stringValue: string) => ({
    partialArgs: [{ jsonPath: '$.a', stringValue, willContinue: true }],
    willContinue: true,
  })
  const events = [
    ...decoder.push(piece({ name: 'f', ...text('') })),
    ...Array.from({ length: 20 }, () => decoder.push(piece(text(long)))).flat(),
    ...decoder.push(piece({})),
    ...decoder.end(),
  ]
  expect(events.map(({ type }) => type)).toEqual(['response-start', 'tool-call-start', 'error'])
})

it('what is held of the sources of an answer is bounded, whatever comes between them', () => {
  const encoder = chatFormatOf(gemini).createStreamEncoder({ includeUsage: true })
  encoder.encode({ type: 'response-start', id: 'r', model: 'm', createdAt: 0 })
  for (let index = 0; index < 2000; index += 1) {
    encoder.encode({ type: 'text-delta', text: 'x' })
    const annotation = { type: 'url_citation', url: `https://a.test/${index}` } as const
    encoder.encode({ type: 'annotation', annotation })
    encoder.encode({ type: 'reasoning-delta', text: 'hm' })
  }
  const end = encoder.encode({ type: 'finish', finishReason: 'stop' })
  expect(end.match(/a\.test/g)).toHaveLength(1000)
})
