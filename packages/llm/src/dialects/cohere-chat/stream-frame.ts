import type { JsonObject } from '@fairlead/base'
import { formatSseEvent } from '../../framing/sse.ts'

/** One event as it stands in a stream, named by its type. */
export function streamFrame(event: JsonObject): string {
  return formatSseEvent({ event: String(event['type']), data: JSON.stringify(event) })
}
