import { isJsonObject, type JsonObject, parseJsonOrUndefined } from '@fairlead/base'
import { skipSpace } from './skip-space.ts'

const valueLengthMax = 64 * 1024
/** Read in all, however often the name stands in the bytes. */
const readLengthMax = 1024 * 1024

/**
 * The value of the last `"name": {…}` in JSON bytes that passes `accepts`, found from the end
 * without parsing the rest. The same word inside a string does not match, because its quotes are
 * escaped there. For objects without braces in strings, such as token counts; one longer than 64
 * KiB is not found, nor one before 1 MiB of values that are not accepted.
 */
export function lastObjectValue(
  bytes: Buffer,
  name: string,
  accepts: (value: JsonObject) => boolean,
): JsonObject | undefined {
  const key = `"${name}"`
  let position = bytes.lastIndexOf(key)
  let read = 0
  while (position !== -1) {
    const text = bytes.toString('latin1', position, position + valueLengthMax)
    const value = objectAt(text, valueStart(text, key.length))
    if (value !== undefined && accepts(value)) return value
    read += text.length
    if (position === 0 || read >= readLengthMax) return undefined
    position = bytes.lastIndexOf(key, position - 1)
  }
  return undefined
}

function objectAt(text: string, start: number | undefined): JsonObject | undefined {
  if (start === undefined || text.charCodeAt(start) !== 0x7b) return undefined
  let depth = 0
  for (let position = start; position < text.length; position += 1) {
    const character = text.charCodeAt(position)
    if (character === 0x7b) depth += 1
    else if (character === 0x7d) {
      depth -= 1
      if (depth > 0) continue
      const value = parseJsonOrUndefined(text.slice(start, position + 1))
      return isJsonObject(value) ? value : undefined
    }
  }
  return undefined
}

/** Where the value after a key starts; undefined if what follows shows that it is not a key. */
export function valueStart(text: string, keyEnd: number): number | undefined {
  const colon = skipSpace(text, keyEnd)
  return text.charCodeAt(colon) === 0x3a ? skipSpace(text, colon + 1) : undefined
}
