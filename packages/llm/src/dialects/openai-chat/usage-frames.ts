import { arrayOrEmpty, isJsonObject, parseJsonOrUndefined } from '@fairlead/base'
import { asBuffer } from '../../framing/as-buffer.ts'
import { sseData } from '../../framing/sse-data.ts'

/** In every frame that tells usage and nothing else; inside JSON text its quotes are escaped. */
const marks = [Buffer.from('"choices":[]'), Buffer.from('"choices": []')]

/** A blank line; a frame ends after it. */
const frameEnds = [Buffer.from('\n\n'), Buffer.from('\r\n\r\n'), Buffer.from('\r\r')]

const lineFeed = 0x0a
const carriageReturn = 0x0d

/**
 * Whole frames without those that tell usage and nothing else, for a caller who did not ask for
 * them; the same object if there are none. Only a frame without a choice is read: in a piece of a
 * fast stream there is one among hundreds.
 */
export function withoutUsageFrames(frames: Buffer): Buffer {
  const kept: Buffer[] = []
  let keptTo = 0
  let readTo = 0
  let places = marks.map((mark) => frames.indexOf(mark))
  for (let place = first(places); place !== -1; place = first(places)) {
    const start = frameStart(frames, readTo, place)
    const end = frameEnd(frames, place)
    if (isUsageFrame(frames.subarray(start, end))) {
      kept.push(frames.subarray(keptTo, start))
      keptTo = end
    }
    readTo = end
    places = places.map((at, index) => next(frames, marks[index] ?? '', at, end))
  }
  if (keptTo === 0) return frames
  kept.push(frames.subarray(keptTo))
  return Buffer.concat(kept)
}

/** The first of several places, of which -1 is none. */
function first(places: readonly number[]): number {
  return places.reduce((least, at) => (least === -1 || (at !== -1 && at < least) ? at : least), -1)
}

/** Where a mark stands from `from` on, if it is known to stand at `at` and not before. */
function next(frames: Buffer, mark: Buffer | string, at: number, from: number): number {
  return at === -1 || at >= from ? at : frames.indexOf(mark, from)
}

/** Just after the last of the blank lines before a place, of whichever kind. */
function frameStart(frames: Buffer, from: number, place: number): number {
  let last = from
  for (const end of frameEnds) {
    const at = frames.subarray(last, place).lastIndexOf(end)
    if (at !== -1) last += at + end.length
  }
  return last
}

/** Just after the first of the blank lines from a place on. */
function frameEnd(frames: Buffer, place: number): number {
  for (let at = place; at < frames.length; at += 1) {
    const code = frames[at]
    if (code !== lineFeed && code !== carriageReturn) continue
    if (frames[at + 1] === code) return at + 2
    const isCrLf = code === carriageReturn && frames[at + 1] === lineFeed
    if (isCrLf && frames[at + 2] === code && frames[at + 3] === lineFeed) return at + 4
  }
  return frames.length
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
