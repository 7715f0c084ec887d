import {
  arrayOrEmpty,
  isJsonObject,
  type JsonObject,
  numberOrUndefined,
  objectOrEmpty,
  stringOrUndefined,
} from '@fairlead/base'
import type { Annotation } from '../../operations/chat/item.ts'

/** Fields of a `url_citation` that have a canonical name; OpenRouter adds `content`. */
const namedFields = new Set(['url', 'title', 'start_index', 'end_index', 'content'])

/**
 * Reads the `annotations` of a message, whose fields are nested under their type:
 * https://platform.openai.com/docs/guides/tools-web-search?api-mode=chat
 */
export function decodeAnnotations(value: unknown): Annotation[] {
  return arrayOrEmpty(value).filter(isJsonObject).map(decodeAnnotation)
}

function decodeAnnotation(value: JsonObject): Annotation {
  const type = stringOrUndefined(value['type']) ?? 'url_citation'
  const fields = objectOrEmpty(value[type])
  const isNamed =
    type === 'url_citation' && Object.keys(fields).every((key) => namedFields.has(key))
  return {
    type,
    ...named(fields),
    ...(isNamed ? {} : { origin: { dialect: 'openai-chat', value } }),
  }
}

function named(fields: JsonObject): Omit<Annotation, 'type'> {
  const url = stringOrUndefined(fields['url'])
  const title = stringOrUndefined(fields['title']) ?? ''
  const cited = stringOrUndefined(fields['content'])
  const start = numberOrUndefined(fields['start_index'])
  const end = numberOrUndefined(fields['end_index'])
  const hasRange = start !== undefined && end !== undefined && end > 0
  return {
    ...(url === undefined ? {} : { url }),
    ...(title === '' ? {} : { title }),
    ...(hasRange ? { start_index: start, end_index: end } : {}),
    ...(cited === undefined ? {} : { cited_text: cited }),
  }
}

/**
 * The sources that Perplexity lists beside an answer, for one that has no annotations of its own:
 * https://docs.perplexity.ai/api-reference/chat-completions-post
 */
export function sourceAnnotations(answer: JsonObject): Annotation[] {
  const results = arrayOrEmpty(answer['search_results']).filter(isJsonObject)
  const found = results.flatMap(({ url, title, snippet }): Annotation[] =>
    typeof url === 'string'
      ? [
          {
            type: 'url_citation',
            url,
            ...(typeof title === 'string' && title !== '' ? { title } : {}),
            ...(typeof snippet === 'string' && snippet !== '' ? { cited_text: snippet } : {}),
          },
        ]
      : [],
  )
  if (found.length > 0) return found
  return arrayOrEmpty(answer['citations'])
    .filter((url) => typeof url === 'string')
    .map((url) => ({ type: 'url_citation', url }))
}

/**
 * Writes annotations of a text that begins `offset` characters into the message. OpenAI's format has
 * only `url_citation`, all of whose fields are required: an unknown title is empty, an unknown range
 * too. Others are left out, unless this dialect wrote them.
 */
export function encodeAnnotations(
  annotations: readonly Annotation[],
  offset: number,
): JsonObject[] {
  return annotations.flatMap((annotation) => {
    const { cited_text: cited, origin, title = '', type, url } = annotation
    if (origin?.dialect === 'openai-chat') return [origin.value]
    if (type !== 'url_citation' || url === undefined) return []
    const { start_index: start, end_index: end } = annotation
    const hasRange = start !== undefined && end !== undefined
    const citation = {
      url,
      title,
      start_index: hasRange ? start + offset : 0,
      end_index: hasRange ? end + offset : 0,
      ...(cited === undefined ? {} : { content: cited }),
    }
    return [{ type, url_citation: citation }]
  })
}
