import { isJsonObject, type JsonObject } from '@fairlead/base'
import type { CacheControl, DialectExtras } from '../../operations/chat/item.ts'
import { dialectName } from './dialect-name.ts'

interface PartFields {
  readonly cache_control?: CacheControl
  readonly extras?: DialectExtras
}

/** What a block says beside its `known` fields, in the form that items and parts keep it. */
export function decodePartFields(block: JsonObject, known: readonly string[]): PartFields {
  const cacheControl = decodeCacheControl(block['cache_control'])
  const extras = extrasOf(block, cacheControl === undefined ? known : [...known, 'cache_control'])
  return {
    ...(cacheControl === undefined ? {} : { cache_control: cacheControl }),
    ...(extras === undefined ? {} : { extras }),
  }
}

/** A block that another dialect sees in other words: its own fields are kept whole. */
export function wholeBlock(block: JsonObject): PartFields {
  return decodePartFields(block, [])
}

/** The fields of a value that have no canonical name; undefined if it has none. */
export function extrasOf(value: JsonObject, known: readonly string[]): DialectExtras | undefined {
  const fields = Object.entries(value).filter(
    ([name, field]) => field !== null && !known.includes(name),
  )
  return fields.length === 0
    ? undefined
    : { dialect: dialectName, fields: Object.fromEntries(fields) }
}

/**
 * A mark of the prompt cache. Undefined for one that says more than its canonical form, such as a
 * scope: https://platform.claude.com/docs/en/build-with-claude/prompt-caching
 */
export function decodeCacheControl(value: unknown): CacheControl | undefined {
  if (!isJsonObject(value) || value['type'] !== 'ephemeral') return undefined
  const { type: _, ttl, ...more } = value
  if (Object.keys(more).length > 0) return undefined
  if (ttl === undefined || ttl === null) return { type: 'ephemeral' }
  return typeof ttl === 'string' ? { type: 'ephemeral', ttl } : undefined
}

/** The block with what `decodePartFields` kept beside it. */
export function withPartFields(
  block: JsonObject,
  { cache_control: cacheControl, extras }: PartFields,
): JsonObject {
  const mark = cacheControl === undefined ? {} : { cache_control: cacheControl }
  const own = ownFields(extras)
  return 'type' in own ? { ...own, ...mark } : { ...block, ...mark, ...own }
}

/** The fields that were read in this dialect; none of another. */
export function ownFields(extras: DialectExtras | undefined): JsonObject {
  return extras?.dialect === dialectName ? extras.fields : {}
}
