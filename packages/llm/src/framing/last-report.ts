import { isJsonObject, type JsonObject, parseJsonOrUndefined } from '@fairlead/base'
import { sseData } from './sse-data.ts'

/** An error is a stream's last report, after which a provider may still say that it is done. */
const framesMax = 3

/** The JSON of the last frames that `wanted` picks out: for an error, which ends a stream. */
export function lastReport(
  tail: Buffer,
  wanted: (report: JsonObject) => boolean,
): JsonObject | undefined {
  if (!tail.includes('"error"')) return undefined
  return sseData(tail)
    .slice(-framesMax)
    .map(parseJsonOrUndefined)
    .filter(isJsonObject)
    .findLast(wanted)
}
