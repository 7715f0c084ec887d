import type { JsonObject } from '@fairlead/base'
import { timeGrowth } from '@fairlead/base/testing'
import { describe, expect, it } from 'vitest'
import { chatFormatOf } from './dialects/dialect.ts'
import { gemini } from './dialects/gemini/dialect.ts'
import { createStreamAssembler } from './operations/chat/stream-assembler.ts'

const times = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, index) => make(index))

const contents = (list: readonly unknown[]): JsonObject => ({ contents: list })

describe('takes linear time', () => {
  it.each<[string, (count: number) => JsonObject]>([
    ['contents', (count) => contents(times(count, () => ({ parts: [{ text: 'x' }] })))],
    [
      'thoughts in one content',
      (count) =>
        contents([{ role: 'model', parts: times(count, () => ({ text: 'x', thought: true })) }]),
    ],
    [
      'calls without ids, and their responses',
      (count) =>
        contents([
          { parts: [{ text: 'x' }] },
          { role: 'model', parts: times(count, () => ({ functionCall: { name: 'f' } })) },
          { parts: times(count, () => ({ functionResponse: { name: 'f', response: {} } })) },
        ]),
    ],
    [
      'sources of claims',
      (count) => ({
        ...contents([{ parts: [{ text: 'x' }] }]),
        candidates: [
          {
            content: { parts: [{ text: 'ä'.repeat(count) }] },
            finishReason: 'STOP',
            groundingMetadata: {
              groundingChunks: [{ web: { uri: 'https://x.test' } }],
              groundingSupports: times(count, (index) => ({
                segment: { startIndex: index, endIndex: index + 1 },
                groundingChunkIndices: [0],
              })),
            },
          },
        ],
      }),
    ],
  ])('reading many %s of Gemini', async (_, make) => {
    const format = chatFormatOf(gemini)
    const growth = await timeGrowth(make, 1000, (value) => {
      gemini.passage.inspect(value)
      if ('candidates' in value) format.decodeResponse(value, 0)
      return format.encodeRequest(format.decodeRequest(value, { model: 'm' }))
    })
    expect(growth).toBeLessThan(32)
  })

  it('looking for the usage of Gemini where there is none', async () => {
    const growth = await timeGrowth(
      (size) => Buffer.from('"usageMetadata":{"usageMetadata" : '.repeat(size)),
      2000,
      (bytes) => gemini.passage.scanUsage(bytes),
    )
    expect(growth).toBeLessThan(32)
  })

  it.each<[string, (size: number) => string]>([
    [
      'of thoughts and text in turns',
      (size) => parts(size, '{"text":"a","thought":true},{"text":"b","thoughtSignature":"c"}'),
    ],
    [
      'of arguments in pieces of one text',
      (size) =>
        parts(1, '{"functionCall":{"name":"f","willContinue":true}}') +
        parts(size, argumentPiece('$.a[0].b')),
    ],
    [
      'of arguments at places far from each other',
      (size) =>
        parts(1, '{"functionCall":{"name":"f","willContinue":true}}') +
        times(size, (index) => parts(1, argumentPiece(`$.a[${index * 1000}]`))).join(''),
    ],
  ])('assembling a stream of Gemini %s', async (_, stream) => {
    const bytesOf = (size: number) => Buffer.from(stream(size))
    const growth = await timeGrowth(bytesOf, 500, (bytes) => {
      const decoder = chatFormatOf(gemini).createStreamDecoder(0)
      const assembler = createStreamAssembler()
      for (let start = 0; start < bytes.length; start += 64) {
        for (const event of decoder.push(bytes.subarray(start, start + 64))) assembler.push(event)
      }
      return assembler.partial()
    })
    expect(growth).toBeLessThan(32)
  })
})

function parts(count: number, text: string): string {
  return `data: {"candidates":[{"content":{"parts":[${text}]}}]}\n\n`.repeat(count)
}

function argumentPiece(path: string): string {
  const piece = `{"jsonPath":"${path}","stringValue":"a","willContinue":true}`
  return `{"functionCall":{"partialArgs":[${piece}],"willContinue":true}}`
}
