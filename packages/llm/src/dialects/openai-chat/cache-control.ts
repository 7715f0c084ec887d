import { isJsonObject, type JsonObject } from '@fairlead/base'
import { readNonEmptyString, readObject, readOptional } from '../../json/request-field.ts'
import type { CacheControl } from '../../operations/chat/item.ts'

/**
 * Reads `cache_control` of a part, a tool, a message or a whole request, which compatible gateways
 * took over from Anthropic: https://openrouter.ai/docs/features/prompt-caching
 */
export function decodeCacheControl(holder: JsonObject, param: string): CacheControl | undefined {
  const path = param === '' ? 'cache_control' : `${param}.cache_control`
  const given = readOptional(holder['cache_control'], path, readObject)
  if (given === undefined) return undefined
  const ttl = readOptional(given['ttl'], `${path}.ttl`, readNonEmptyString)
  return { type: 'ephemeral', ...(ttl === undefined ? {} : { ttl }) }
}

/** The field for an item or a part; empty without one. */
export function cacheControlField(
  holder: unknown,
  param: string,
): { readonly cache_control?: CacheControl } {
  if (!isJsonObject(holder)) return {}
  const control = decodeCacheControl(holder, param)
  return control === undefined ? {} : { cache_control: control }
}
