import { arrayOrEmpty, isJsonObject, parseJsonOrUndefined } from '@fairlead/base'
import { asBuffer } from '../../framing/as-buffer.ts'
import { sseData } from '../../framing/sse-data.ts'

/** In every frame that tells usage and nothing else; inside JSON text its quotes are escaped. */
const marks = ['"choices":[]', '"choices": []']

/** A blank line; a frame ends after it. */
const frameEnds = [Buffer.from('\n\n'), Buffer.from('\r\n\r\n'), Buffer.from('\r\r')]

/**
 * Whole frames without those that tell usage and nothing else, for a caller who did not ask for
 * them; the same object if there are none. Most frames are not read: only what has no choice is.
 */
export function withoutUsageFrames(frames: Buffer): Buffer {
  if (!marks.some((mark) => frames.includes(mark))) return frames
  const kept: Buffer[] = []
  let start = 0
  while (start < frames.length) {
    const end = frameEnd(frames, start)
    const frame = frames.subarray(start, end)
    if (!isUsageFrame(frame)) kept.push(frame)
    start = end
  }
  return Buffer.concat(kept)
}

/** The first of the blank lines, of whichever kind. */
function frameEnd(frames: Buffer, start: number): number {
  let first = frames.length
  for (const end of frameEnds) {
    const place = frames.subarray(start, first).indexOf(end)
    if (place !== -1) first = start + place + end.length
  }
  return first
}

function isUsageFrame(frame: Buffer): boolean {
  const [data, ...others] = sseData(asBuffer(frame))
  if (data === undefined || others.length > 0) return false
  const chunk = parseJsonOrUndefined(data)
  return (
    isJsonObject(chunk) &&
    Array.isArray(chunk['choices']) &&
    arrayOrEmpty(chunk['choices']).length === 0 &&
    isJsonObject(chunk['usage'])
  )
}
