import { arrayOrEmpty, isJsonObject, parseJsonOrUndefined } from '@fairlead/base'
import { asBuffer } from '../../framing/as-buffer.ts'
import { sseData } from '../../framing/sse-data.ts'

/**
 * In every frame that tells usage and nothing else, after the name of its list. Looked for first: few
 * frames have a bracket that closes at once, and the name stands in all of them.
 */
const emptyList = Buffer.from('[]')
/** Inside JSON text its quotes are escaped. */
const choicesName = /"choices": ?$/
const nameLength = '"choices": '.length

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
  let place = frames.indexOf(emptyList)
  while (place !== -1) {
    let next = place + emptyList.length
    if (isOfChoices(frames, place)) {
      const start = frameStart(frames, readTo, place)
      next = frameEnd(frames, place)
      if (isUsageFrame(frames.subarray(start, next))) {
        kept.push(frames.subarray(keptTo, start))
        keptTo = next
      }
      readTo = next
    }
    place = frames.indexOf(emptyList, next)
  }
  if (keptTo === 0) return frames
  kept.push(frames.subarray(keptTo))
  return Buffer.concat(kept)
}

function isOfChoices(frames: Buffer, place: number): boolean {
  return choicesName.test(frames.toString('latin1', Math.max(0, place - nameLength), place))
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
