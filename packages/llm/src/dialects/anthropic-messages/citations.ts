import { isJsonObject, type JsonObject, numberOrUndefined, stringOrUndefined } from '@fairlead/base'
import type { Annotation } from '../../operations/chat/item.ts'
import { dialectName } from './dialect-name.ts'

/**
 * Reads a citation of a text of `textLength` characters, which it covers as a whole. One without its
 * sealed index was not written by the provider and cannot be given back to it, so it keeps no origin.
 * https://platform.claude.com/docs/en/build-with-claude/citations
 */
export function decodeCitation(citation: JsonObject, textLength: number): Annotation {
  const text = (name: string) => stringOrUndefined(citation[name])
  const shared = defined({
    start_index: 0,
    end_index: textLength,
    cited_text: text('cited_text'),
    ...(citation['encrypted_index'] === ''
      ? {}
      : { origin: { dialect: dialectName, value: citation } }),
  })
  switch (citation['type']) {
    case 'web_search_result_location':
      return {
        type: 'url_citation',
        ...defined({ url: text('url'), title: text('title') }),
        ...shared,
      }
    case 'search_result_location':
      return {
        type: 'url_citation',
        ...defined({ url: text('source'), title: text('title') }),
        ...shared,
      }
    case 'char_location':
    case 'page_location':
    case 'content_block_location': {
      return {
        type: 'file_citation',
        ...defined({
          file_id: text('file_id'),
          filename: text('document_title'),
          index: numberOrUndefined(citation['document_index']),
        }),
        ...shared,
      }
    }
    default:
      return { type: text('type') ?? 'citation', ...shared }
  }
}

/** Citations that the provider itself wrote: the only ones that it takes back. */
export function ownCitations(annotations: readonly Annotation[] = []): JsonObject[] {
  return annotations.flatMap(({ origin }) =>
    origin?.dialect === dialectName ? [origin.value] : [],
  )
}

/** A citation for a caller; undefined for an annotation that says nothing of a source. */
export function encodeCitation(annotation: Annotation): JsonObject | undefined {
  const {
    cited_text: citedText = '',
    filename,
    file_id: fileId,
    index,
    origin,
    title,
    type,
    url,
  } = annotation
  if (origin?.dialect === dialectName && isJsonObject(origin.value)) return origin.value
  switch (type) {
    case 'url_citation':
      return url === undefined
        ? undefined
        : {
            type: 'web_search_result_location',
            url,
            title: title ?? null,
            cited_text: citedText,
            encrypted_index: '',
          }
    case 'file_citation':
    case 'container_file_citation':
      return {
        type: 'char_location',
        cited_text: citedText,
        document_index: index ?? 0,
        document_title: filename ?? title ?? null,
        start_char_index: 0,
        end_char_index: citedText.length,
        file_id: fileId ?? null,
        encrypted_index: '',
      }
    default:
      return undefined
  }
}

function defined(fields: Readonly<Record<string, unknown>>): object {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined))
}
