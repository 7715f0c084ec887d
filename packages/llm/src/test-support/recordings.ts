import { readFileSync } from 'node:fs'
import type { Dialect } from '../dialect.ts'
import type { ModelResponse } from '../model-response.ts'
import { createSseParser } from '../sse.ts'
import { createStreamAssembler } from '../stream-assembler.ts'
import type { StreamEvent } from '../stream-event.ts'

/** A small recording of `fixtures/`, as bytes. */
export function readFixture(name: string): Uint8Array {
  return readFileSync(new URL(`../fixtures/${name}`, import.meta.url))
}

/** The bytes cut at the given places. */
export function cutAt(bytes: Uint8Array, ...places: number[]): Uint8Array[] {
  const ends = [...places, bytes.length]
  return ends.map((end, index) => bytes.subarray(index === 0 ? 0 : ends[index - 1], end))
}

/** Feeds a provider's stream to its dialect, chunk by chunk, until it closes. */
export function decodeChunks(dialect: Dialect, chunks: readonly Uint8Array[]): StreamEvent[] {
  const parser = createSseParser()
  const decoder = dialect.createStreamDecoder()
  const read = [...chunks.flatMap((chunk) => parser.push(chunk)), ...parser.end()]
  return [...read.flatMap((event) => decoder.push(event)), ...decoder.end()]
}

export function assemble(events: readonly StreamEvent[]): ModelResponse {
  const assembler = createStreamAssembler()
  for (const event of events) assembler.push(event)
  return assembler.response()
}

export function encodeEvents(
  dialect: Dialect,
  events: readonly StreamEvent[],
  includeUsage = true,
): string {
  const encoder = dialect.createStreamEncoder({ includeUsage })
  return events.map((event) => encoder.encode(event)).join('')
}
