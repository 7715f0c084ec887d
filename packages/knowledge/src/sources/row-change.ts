import { documentBytesMax } from '../source-document.ts'
import type { MetadataValue } from '../metadata-filter.ts'
import type { SourceChange } from './document-source.ts'

/** A row as it came: values are texts. */
export interface TextRow {
  readonly values: Readonly<Record<string, string | null>>
  /** PostgreSQL's number of the type of each column. */
  readonly types: ReadonlyMap<string, number>
}

const boolean = 16
/** Of int8, int2, int4, oid, float4, float8 and numeric. */
const numbers = new Set([20, 21, 23, 26, 700, 701, 1700])

/** What is no metadata. */
const own = new Set(['id', 'body', 'title', 'url', 'updated_at', 'deleted'])

/** Longer ones are not cut: two that begin alike must not become one. */
const metadataLengthMax = 1024

/** The document of a row; undefined where it is deleted. Adds its id to those that were seen. */
export function rowChange({ types, values }: TextRow, seen: Set<string>): SourceChange | undefined {
  const { body, deleted, id, title, url } = values
  if (id === undefined || body === undefined) {
    throw new Error('the query must return the columns id and body')
  }
  if (id === null || id === '') throw new Error('the query returned a row without an id')
  if (seen.has(id)) return { type: 'failed', id, problem: 'the query returned its id twice' }
  seen.add(id)
  if (deleted === 't') return undefined
  const content = Buffer.from(body ?? '')
  const metadata = Object.fromEntries(
    Object.entries(values).flatMap(([name, value]) => {
      if (own.has(name) || value === null) return []
      return [[name, metadataValue(value, types.get(name))] as const]
    }),
  )
  if (content.length > documentBytesMax) {
    const problem = `its body has more than ${documentBytesMax} bytes`
    return { type: 'failed', id, problem, metadata }
  }
  const long = Object.keys(metadata).find(
    (name) => String(metadata[name]).length > metadataLengthMax,
  )
  if (long !== undefined) {
    const problem = `its column ${long} has more than ${metadataLengthMax} characters, which metadata may not have`
    return { type: 'failed', id, problem, metadata }
  }
  const document = {
    id,
    mediaType: 'text/markdown',
    content,
    title: title ?? null,
    url: url ?? null,
    metadata,
  } as const
  return { type: 'document', document }
}

function metadataValue(value: string, type: number | undefined): MetadataValue {
  if (type === boolean) return value === 't'
  const number = type !== undefined && numbers.has(type) ? Number(value) : Number.NaN
  // Two long ids must not become one number.
  const isExact =
    Number.isFinite(number) && (!/^-?\d+$/.test(value) || Number.isSafeInteger(number))
  return isExact ? number : value.toWellFormed()
}
