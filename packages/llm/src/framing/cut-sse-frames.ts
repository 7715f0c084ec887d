import type { ByteSource, FrameSource } from './frame-source.ts'
import { HeldBytes } from './held-bytes.ts'

/** An event longer than this is passed on in pieces instead of being held back. */
const heldBytesMax = 1024 * 1024
const lineFeed = 0x0a
const carriageReturn = 0x0d
/** The longest end of an event, less its last byte. */
const endingBytesBefore = 2

/**
 * Splits a stream's bytes at event boundaries, so that a caller never gets half an event: if the
 * upstream breaks off, the next thing the caller sees is a whole event that says so. Bytes are not
 * changed.
 */
export function cutSseFrames(source: ByteSource): FrameSource {
  const held = new HeldBytes()
  return {
    async next() {
      for (;;) {
        const chunk = await source.next()
        if (chunk === undefined) return undefined
        const end = eventEndIn(chunk, held)
        if (end > 0) {
          const frames = chunk.subarray(0, end)
          const whole = held.length === 0 ? frames : joined(held, frames)
          if (end < chunk.length) held.append(chunk.subarray(end))
          return whole
        }
        held.append(chunk)
        if (held.length > heldBytesMax) return held.take()
      }
    },
    get rest() {
      return held.bytes()
    },
  }
}

function joined(held: HeldBytes, frames: Buffer): Buffer {
  held.append(frames)
  return held.take()
}

/** Just after the last blank line that ends in the chunk, or 0. What is held has none. */
function eventEndIn(chunk: Buffer, held: HeldBytes): number {
  if (held.length === 0) return lastEventEnd(chunk)
  const before = held.bytes().subarray(-endingBytesBefore)
  return Math.max(0, lastEventEnd(Buffer.concat([before, chunk])) - before.length)
}

/** Just after the last blank line, or 0. */
function lastEventEnd(bytes: Buffer): number {
  if (bytes.at(-1) === lineFeed && bytes.at(-2) === lineFeed) return bytes.length
  // Few upstreams end lines with a carriage return; looking for one is the cheapest search.
  const endings = bytes.includes(carriageReturn) ? ['\n\n', '\n\r\n', '\r\r'] : ['\n\n']
  let end = 0
  for (const ending of endings) {
    const position = bytes.lastIndexOf(ending)
    if (position !== -1) end = Math.max(end, position + ending.length)
  }
  return end
}
