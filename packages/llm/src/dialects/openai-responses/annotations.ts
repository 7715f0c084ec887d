import { arrayOrEmpty, isJsonObject, type JsonObject } from '@fairlead/base'
import type { Annotation } from '../../operations/chat/item.ts'
import { dialectName } from './dialect-name.ts'

const canonical: ReadonlySet<string> = new Set([
  'type',
  'url',
  'title',
  'start_index',
  'end_index',
  'file_id',
  'filename',
  'index',
  'container_id',
])

/**
 * Reads annotations, whose form is the canonical one. One that says more or less than that is kept as
 * it came.
 */
export function decodeAnnotations(value: unknown): Annotation[] {
  return arrayOrEmpty(value).filter(isJsonObject).map(decodeAnnotation)
}

export function decodeAnnotation(annotation: JsonObject): Annotation {
  const { type } = annotation
  const known = Object.fromEntries(
    Object.entries(annotation).filter(([name, field]) => canonical.has(name) && field !== null),
  )
  const plain = { ...known, type: typeof type === 'string' ? type : 'url_citation' }
  return isSame(encodeAnnotation(plain), annotation)
    ? plain
    : { ...plain, origin: { dialect: dialectName, value: annotation } }
}

function isSame(written: JsonObject | undefined, read: JsonObject): boolean {
  const names = Object.keys(written ?? {})
  return names.length === Object.keys(read).length && names.every((name) => name in read)
}

/**
 * Writes an annotation with all that its type requires: that of another dialect may lack a title or
 * where in the text it belongs. Undefined for what has no counterpart.
 */
export function encodeAnnotation(annotation: Annotation): JsonObject | undefined {
  const { origin, cited_text: _, ...fields } = annotation
  if (origin?.dialect === dialectName) return origin.value
  switch (annotation.type) {
    case 'url_citation':
      return { url: '', title: '', start_index: 0, end_index: 0, ...fields }
    case 'file_citation':
      return { file_id: '', filename: '', index: 0, ...fields }
    case 'container_file_citation':
      return {
        container_id: '',
        file_id: '',
        filename: '',
        start_index: 0,
        end_index: 0,
        ...fields,
      }
    case 'file_path':
      return { file_id: '', index: 0, ...fields }
    default:
      return undefined
  }
}
