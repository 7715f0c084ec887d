import {
  arrayOrEmpty,
  countOrZero,
  isJsonObject,
  type JsonObject,
  numberOrUndefined,
  objectOrEmpty,
  stringOrUndefined,
} from '@fairlead/base'
import type { Annotation } from '../../operations/chat/item.ts'
import { dialectName } from './sealed-parts.ts'
import { defined } from './spelling.ts'
import { bytesAt, charactersAt } from './text-offsets.ts'

/** A claim may have many sources, and an answer many claims. */
const annotationsMax = 1000

/**
 * Reads `groundingMetadata` (https://ai.google.dev/gemini-api/docs/google-search): an annotation for
 * each source of each claim, or for each source where no claim is told. Segments are counted in bytes
 * of `text`.
 */
export function decodeGrounding(metadata: JsonObject, text: string): Annotation[] {
  const chunks = arrayOrEmpty(metadata['groundingChunks']).map(objectOrEmpty)
  const supports = arrayOrEmpty(metadata['groundingSupports']).filter(isJsonObject)
  if (supports.length === 0) {
    return chunks.slice(0, annotationsMax).map((chunk) => annotationOf(chunk, { chunk }))
  }
  const segments = supports.map((support) => objectOrEmpty(support['segment']))
  const characters = charactersAt(
    text,
    segments.flatMap(({ startIndex, endIndex }) => [
      countOrZero(startIndex),
      countOrZero(endIndex),
    ]),
  )
  const annotations: Annotation[] = []
  for (const [index, support] of supports.entries()) {
    const { startIndex, endIndex, text: cited } = segments[index] ?? {}
    for (const place of arrayOrEmpty(support['groundingChunkIndices'])) {
      const chunk = chunks[numberOrUndefined(place) ?? -1]
      if (chunk === undefined) continue
      if (annotations.length === annotationsMax) return annotations
      annotations.push({
        ...annotationOf(chunk, { chunk, support }),
        ...defined({
          start_index: characters.get(countOrZero(startIndex)),
          end_index: characters.get(countOrZero(endIndex)),
          cited_text: stringOrUndefined(cited),
        }),
      })
    }
  }
  return annotations
}

function annotationOf(chunk: JsonObject, value: JsonObject): Annotation {
  const source = objectOrEmpty(
    chunk['web'] ?? chunk['retrievedContext'] ?? chunk['maps'] ?? chunk['image'],
  )
  const { uri, title } = source
  return {
    type: 'url_citation',
    ...(typeof uri === 'string' ? { url: uri } : {}),
    ...(typeof title === 'string' ? { title } : {}),
    origin: { dialect: dialectName, value },
  }
}

/** Reads `citationMetadata`: sources that the answer recites. */
export function decodeCitations(metadata: JsonObject, text: string): Annotation[] {
  const sources = arrayOrEmpty(metadata['citationSources'] ?? metadata['citations'])
    .filter(isJsonObject)
    .slice(0, annotationsMax)
  const characters = charactersAt(
    text,
    sources.flatMap(({ startIndex, endIndex }) => [countOrZero(startIndex), countOrZero(endIndex)]),
  )
  return sources.map((source): Annotation => {
    const { uri, title, startIndex, endIndex } = source
    return {
      type: 'url_citation',
      ...defined({
        url: stringOrUndefined(uri),
        title: stringOrUndefined(title),
        start_index: characters.get(countOrZero(startIndex)),
        end_index: characters.get(countOrZero(endIndex)),
      }),
      origin: { dialect: dialectName, value: { citation: source } },
    }
  })
}

/** Writes annotations of `text` as grounding; undefined if none has an address. */
export function encodeGrounding(
  annotations: readonly Annotation[],
  text: string,
): JsonObject | undefined {
  const cited = annotations.filter(({ url }) => url !== undefined)
  if (cited.length === 0) return undefined
  const places = new Map<string, number>()
  const chunks: JsonObject[] = []
  for (const annotation of cited) {
    const source = sourceOf(annotation)
    if (places.has(source)) continue
    const { title, url } = annotation
    places.set(source, chunks.length)
    chunks.push({ web: { uri: url, ...(title === undefined ? {} : { title }) } })
  }
  const bytes = bytesAt(
    text,
    cited.flatMap(({ start_index: start, end_index: end }) => [start ?? 0, end ?? 0]),
  )
  const supports = cited.flatMap((annotation): JsonObject[] => {
    const { start_index: start, end_index: end } = annotation
    if (start === undefined || end === undefined) return []
    return [
      {
        segment: {
          startIndex: bytes.get(start) ?? start,
          endIndex: bytes.get(end) ?? end,
          text: text.slice(start, end),
        },
        groundingChunkIndices: [places.get(sourceOf(annotation))],
      },
    ]
  })
  return {
    groundingChunks: chunks,
    ...(supports.length === 0 ? {} : { groundingSupports: supports }),
  }
}

/** What two annotations of the same source have in common. */
function sourceOf({ title, url }: Annotation): string {
  return JSON.stringify([url, title])
}
