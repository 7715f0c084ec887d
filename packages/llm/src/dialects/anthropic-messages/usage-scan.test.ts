import { expect, it } from 'vitest'
import { createStreamScanner } from './usage-scan.ts'

const event = (type: string, fields: object) =>
  `event: ${type}\ndata: ${JSON.stringify({ type, ...fields })}\n\n`

it('adds up what the first event and the last ones report', () => {
  const text = [
    event('message_start', { message: { usage: { input_tokens: 7, output_tokens: 1 } } }),
    event('content_block_delta', { delta: { text: '"usage":{"output_tokens":99}' } }),
    event('message_delta', { usage: { output_tokens: 5 } }),
    event('message_stop', {}),
  ].join('')
  const scanner = createStreamScanner()
  for (const byte of Buffer.from(text)) scanner.push(Buffer.from([byte]))
  expect(scanner.usage).toMatchObject({ inputTokens: 7, outputTokens: 5 })
  expect(scanner.complete).toBe(true)
})
