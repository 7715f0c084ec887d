import { isJsonObject, type JsonObject, stringOrUndefined } from '@fairlead/base'
import type { CacheControl } from '../../operations/chat/item.ts'

/** What follows the block up to which the prompt is worth caching. */
export function cachePoint({ ttl }: CacheControl): JsonObject {
  return { cachePoint: { type: 'default', ...(ttl === undefined ? {} : { ttl }) } }
}

/** The mark that a block is; undefined for any other block. */
export function cacheMark(block: JsonObject): CacheControl | undefined {
  const { cachePoint: point } = block
  if (!isJsonObject(point)) return undefined
  const ttl = stringOrUndefined(point['ttl'])
  return { type: 'ephemeral', ...(ttl === undefined ? {} : { ttl }) }
}
