import type { ByteSource, FrameSource } from './frame-source.ts'

/** An event longer than this is passed on in pieces instead of being held back. */
const heldBytesMax = 1024 * 1024
const lineFeed = 0x0a
const carriageReturn = 0x0d

/**
 * Splits a stream's bytes at event boundaries, so that a caller never gets half an event: if the
 * upstream breaks off, the next thing the caller sees is a whole event that says so. Bytes are not
 * changed.
 */
export function cutSseFrames(source: ByteSource): FrameSource {
  let rest: Buffer = Buffer.alloc(0)
  return {
    async next() {
      for (;;) {
        const chunk = await source.next()
        if (chunk === undefined) return undefined
        const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
        const end = lastEventEnd(bytes, rest.length)
        if (end > 0) {
          rest = bytes.subarray(end)
          return bytes.subarray(0, end)
        }
        if (bytes.length > heldBytesMax) {
          rest = Buffer.alloc(0)
          return bytes
        }
        rest = bytes
      }
    },
    get rest() {
      return rest
    },
  }
}

/** Just after the last blank line, or 0. Everything before `from` has already been searched. */
function lastEventEnd(bytes: Buffer, from: number): number {
  if (bytes.at(-1) === lineFeed && bytes.at(-2) === lineFeed) return bytes.length
  // Few upstreams end lines with a carriage return; looking for one is the cheapest search.
  const endings = bytes.includes(carriageReturn) ? ['\n\n', '\n\r\n', '\r\r'] : ['\n\n']
  let end = 0
  for (const ending of endings) {
    const position = bytes.lastIndexOf(ending)
    if (position !== -1) end = Math.max(end, position + ending.length)
  }
  return end > from ? end : 0
}
