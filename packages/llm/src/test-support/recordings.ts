import { readFileSync } from 'node:fs'
import type { TestDialect } from './test-dialect.ts'
import type { ModelResponse } from '../operations/chat/model-response.ts'
import { createStreamAssembler } from '../operations/chat/stream-assembler.ts'
import type { StreamEvent } from '../operations/chat/stream-event.ts'

/** A small recording from `fixtures/`, as bytes. */
export function readFixture(name: string): Uint8Array {
  return readFileSync(new URL(`../fixtures/${name}`, import.meta.url))
}

/** The bytes split at the given positions. */
export function cutAt(bytes: Uint8Array, ...places: number[]): Uint8Array[] {
  const ends = [...places, bytes.length]
  return ends.map((end, index) => bytes.subarray(index === 0 ? 0 : ends[index - 1], end))
}

/** Feeds a provider's stream to its dialect, chunk by chunk, until it closes. */
export function decodeChunks(dialect: TestDialect, chunks: readonly Uint8Array[]): StreamEvent[] {
  const decoder = dialect.createStreamDecoder()
  return [...chunks.flatMap((chunk) => decoder.push(chunk)), ...decoder.end()]
}

export function assemble(events: readonly StreamEvent[]): ModelResponse {
  const assembler = createStreamAssembler()
  for (const event of events) assembler.push(event)
  return assembler.response()
}

export function encodeEvents(
  dialect: TestDialect,
  events: readonly StreamEvent[],
  includeUsage = true,
): string {
  const encoder = dialect.createStreamEncoder({ includeUsage })
  return events.map((event) => encoder.encode(event)).join('')
}
