import { describe, expect, it } from 'vitest'
import { cutAt, readFixture } from '../../test-support/recordings.ts'
import { createStreamScanner, scanUsage } from './usage-scan.ts'

const usage = {
  inputTokens: 19,
  cachedInputTokens: 4,
  cacheWriteInputTokens: 0,
  outputTokens: 10,
  reasoningTokens: 3,
}
const usageJson =
  '{"prompt_tokens":19,"completion_tokens":10,"total_tokens":29,"prompt_tokens_details":{"cached_tokens":4},"completion_tokens_details":{"reasoning_tokens":3}}'

describe('scanUsage', () => {
  it.each<[string, string]>([
    ['at the end', `{"choices":[],"usage":${usageJson}}`],
    ['before other fields', `{"choices":[],"usage" : \n${usageJson},"service_tier":"default"}`],
    [
      'before a text that speaks of it',
      `{"usage":${usageJson},"choices":[{"message":{"content":"\\"usage\\":{\\"prompt_tokens\\":1}"}}]}`,
    ],
    ['before another field of its name', `{"usage":${usageJson},"x":{"usage":{"seconds":3}}}`],
  ])('finds usage %s', (_, text) => {
    expect(scanUsage(Buffer.from(text))).toEqual(usage)
  })

  it.each(['', '{}', '{"usage":null}', '{"usage":{"prompt_tokens":19', '{"usage":{"a":{}}}'])(
    'finds none in %j',
    (text) => {
      expect(scanUsage(Buffer.from(text))).toBeUndefined()
    },
  )
})

describe('createStreamScanner', () => {
  const bytes = readFixture('openai-text.sse')

  it('finds usage and the end however the bytes are split', () => {
    for (let place = 0; place <= bytes.length; place += 1) {
      const scanner = createStreamScanner()
      for (const chunk of cutAt(bytes, place)) scanner.push(chunk)
      expect(scanner.usage).toEqual(usage)
      expect([scanner.finished, scanner.done]).toEqual([true, true])
    }
  })

  it('finds them byte by byte', () => {
    const scanner = createStreamScanner()
    for (let place = 0; place < bytes.length; place += 1)
      scanner.push(bytes.subarray(place, place + 1))
    expect(scanner.usage).toEqual(usage)
    expect([scanner.finished, scanner.done]).toEqual([true, true])
  })

  it('tells a cut stream from a whole one', () => {
    const text = Buffer.from(bytes).toString()
    const cut = (before: string) => {
      const scanner = createStreamScanner()
      scanner.push(Buffer.from(text.slice(0, text.indexOf(before))))
      return [scanner.finished, scanner.done]
    }
    expect(cut('"finish_reason":"stop"')).toEqual([false, false])
    expect(cut('data: [DONE]')).toEqual([true, false])
  })

  it('is not misled by the same words inside text', () => {
    const scanner = createStreamScanner()
    const content = JSON.stringify(
      'data: [DONE] "finish_reason":"stop" "usage":{"prompt_tokens":1}',
    )
    scanner.push(Buffer.from(`data: {"choices":[{"delta":{"content":${content}}}]}\n\n`))
    expect([scanner.usage, scanner.finished, scanner.done]).toEqual([undefined, false, false])
  })

  it('finds the end in lines that end in carriage returns', () => {
    const scanner = createStreamScanner()
    scanner.push(Buffer.from('data: {"choices":[]}\r\rdata: [DONE]\r\r'))
    expect(scanner.done).toBe(true)
  })

  it('does not mistake an empty finish reason for the end', () => {
    const scanner = createStreamScanner()
    scanner.push(Buffer.from('data: {"choices":[{"finish_reason":""}]}\n\n'))
    expect(scanner.finished).toBe(false)
  })

  it('finds them after a line of any length', () => {
    const scanner = createStreamScanner()
    scanner.push(Buffer.from('data: '))
    for (let piece = 0; piece < 40; piece += 1) scanner.push(Buffer.alloc(16_384, 0x61))
    scanner.push(Buffer.from(`\n\ndata: {"usage":${usageJson}}\n\ndata: [DONE]\n\n`))
    expect(scanner.usage).toEqual(usage)
    expect(scanner.done).toBe(true)
  })

  it('takes the last usage, and scans again after more has arrived', () => {
    const scanner = createStreamScanner()
    scanner.push(Buffer.from('data: {"usage":{"prompt_tokens":19,"completion_tokens":1}}\n\n'))
    expect(scanner.usage?.outputTokens).toBe(1)
    scanner.push(Buffer.from(`data: {"usage":${usageJson}}\n\n`))
    scanner.push(Buffer.from('data: {"usage":null}\n\n'))
    expect(scanner.usage).toEqual(usage)
  })
})
