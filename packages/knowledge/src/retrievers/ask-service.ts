import { hash } from 'node:crypto'
import { isJsonObject, type JsonObject, parseJsonOrUndefined } from '@fairlead/base'
import type { MetadataValue } from '../metadata-filter.ts'
import type { RetrieverOptions } from './retriever-options.ts'

/** The part of a passage that is used, in characters. */
const textMax = 64 * 1024

/** The entries of a list in a service's answer. Rejects with what is wrong, without its words. */
export async function askService(
  { fetch, key }: RetrieverOptions,
  url: URL,
  body: JsonObject,
  list: string,
  signal: AbortSignal,
): Promise<readonly JsonObject[]> {
  const headers = {
    accept: 'application/json',
    'content-type': 'application/json',
    ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
  }
  const sent = { method: 'POST', headers, body: JSON.stringify(body), signal } as const
  const { status, text } = await fetch(url, sent)
  if (status !== 200) throw new Error(`${url.origin} answered with status ${status}`)
  const answer = parseJsonOrUndefined(text)
  const entries = isJsonObject(answer) ? answer[list] : undefined
  if (!Array.isArray(entries)) throw new Error(`${url.origin} answered without a list of ${list}`)
  return (entries as readonly unknown[]).filter(isJsonObject)
}

/** The address of an operation below a base address. */
export function addressBelow(base: string, path: string): URL {
  const url = new URL(base)
  url.pathname = `${url.pathname.replace(/\/$/, '')}/${path}`
  return url
}

/** The text of a passage, cut where it is longer than any passage should be. */
export function passageText(text: string): string {
  return text.length > textMax ? text.slice(0, textMax).toWellFormed() : text
}

/** Another text of the same document is another passage. */
export function passageId(document: string, text: string): string {
  return `${document}#${hash('sha256', text).slice(0, 16)}`
}

/** What of an object can be compared: strings, finite numbers and booleans. */
export function comparableMetadata(value: unknown): Readonly<Record<string, MetadataValue>> {
  const entries = isJsonObject(value) ? Object.entries(value) : []
  const comparable = entries.filter((entry): entry is [string, MetadataValue] =>
    ['string', 'number', 'boolean'].includes(typeof entry[1]),
  )
  return Object.fromEntries(comparable)
}

/** A text that is worth showing; null for anything else. */
export function textOrNull(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null
}

/** A finite number; 0 for anything else. */
export function scoreOf(value: unknown): number {
  return typeof value === 'number' && Number.isFinite(value) ? value : 0
}
