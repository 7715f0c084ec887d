import type { JsonObject } from '@fairlead/base'
import { asksForUsage } from '../../operations/chat/asks-for-usage.ts'
import type { EncodeOptions } from '../../operations/chat/chat-format.ts'
import type { ModelRequest } from '../../operations/chat/model-request.ts'

/** The fields that ask for a stream; `others` is what the caller says of it beside its usage. */
export function encodeStream(
  request: ModelRequest,
  others: JsonObject,
  options: EncodeOptions,
): JsonObject {
  if (!request.stream) return {}
  if (options.quirks?.usageOption !== undefined) return { stream: true }
  const includeUsage = request.includeUsage || asksForUsage(options)
  const all = includeUsage ? { ...others, include_usage: true } : others
  return { stream: true, stream_options: Object.keys(all).length === 0 ? undefined : all }
}
