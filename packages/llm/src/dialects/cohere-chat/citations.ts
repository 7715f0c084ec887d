import {
  arrayOrEmpty,
  isJsonObject,
  type JsonObject,
  numberOrUndefined,
  objectOrEmpty,
  stringOrUndefined,
} from '@fairlead/base'
import type { Annotation } from '../../operations/chat/item.ts'
import { dialectName } from './dialect-name.ts'

/** Whether a citation is of the answer's text, and not of its thinking or its plan. */
export function citesText({ type }: JsonObject): boolean {
  return type === undefined || type === null || type === 'TEXT_CONTENT'
}

/**
 * A citation as an annotation: that of its first source, whose address makes it a `url_citation`.
 * `origin` keeps all of it. https://docs.cohere.com/docs/rag-citations
 */
export function decodeCitation(value: JsonObject): Annotation {
  const source = arrayOrEmpty(value['sources']).find(isJsonObject) ?? {}
  const told = objectOrEmpty(source['document'] ?? source['tool_output'])
  const url = stringOrUndefined(told['url'])
  const id = stringOrUndefined(source['id']) ?? stringOrUndefined(told['id'])
  const title = stringOrUndefined(told['title'])
  const passage = stringOrUndefined(told['text']) ?? stringOrUndefined(told['snippet'])
  const start = numberOrUndefined(value['start'])
  const end = numberOrUndefined(value['end'])
  return {
    type: url === undefined ? 'file_citation' : 'url_citation',
    ...(url === undefined ? {} : { url }),
    ...(title === undefined ? {} : { title }),
    // A document without an id was given its address for one.
    ...(id === undefined || id === url ? {} : { file_id: id }),
    ...(start === undefined ? {} : { start_index: start }),
    ...(end === undefined ? {} : { end_index: end }),
    ...(passage === undefined ? {} : { cited_text: passage }),
    origin: { dialect: dialectName, value },
  }
}

/** An annotation of the text in the content block of this index. */
export function encodeCitation(
  annotation: Annotation,
  text: string,
  contentIndex: number,
): JsonObject {
  const { origin } = annotation
  if (origin?.dialect === dialectName) {
    return 'content_index' in origin.value
      ? { ...origin.value, content_index: contentIndex }
      : origin.value
  }
  const { cited_text: passage, start_index: start = 0, end_index: end = start } = annotation
  const { title = annotation.filename, url } = annotation
  return {
    start,
    end,
    text: text.slice(start, end),
    sources: [
      {
        type: 'document',
        id: annotation.file_id ?? url ?? '',
        document: {
          ...(url === undefined ? {} : { url }),
          ...(title === undefined ? {} : { title }),
          ...(passage === undefined ? {} : { text: passage }),
        },
      },
    ],
    content_index: contentIndex,
    type: 'TEXT_CONTENT',
  }
}
