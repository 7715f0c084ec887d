import { isJsonObject, type JsonObject, parseJsonOrUndefined } from '@fairlead/base'
import { sseData } from './sse-data.ts'

/** Of a text of unknown language. */
const charactersPerToken = 4

/**
 * About how many bytes a stream has for each token of the answer, by the text in its last frames;
 * undefined where they have none.
 */
export function tokenBytes(
  tail: Buffer,
  textOf: (frame: JsonObject) => readonly unknown[],
): number | undefined {
  let characters = 0
  for (const data of sseData(tail)) {
    const frame = parseJsonOrUndefined(data)
    if (!isJsonObject(frame)) continue
    for (const text of textOf(frame)) if (typeof text === 'string') characters += text.length
  }
  return characters === 0 ? undefined : (tail.length * charactersPerToken) / characters
}
