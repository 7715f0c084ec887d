import type { MediaType } from '../source-document.ts'

const byEnding: Readonly<Record<string, MediaType>> = {
  md: 'text/markdown',
  markdown: 'text/markdown',
  mdx: 'text/markdown',
  html: 'text/html',
  htm: 'text/html',
  xhtml: 'text/html',
  txt: 'text/plain',
  text: 'text/plain',
  rst: 'text/plain',
  adoc: 'text/plain',
  pdf: 'application/pdf',
}

const byContentType: Readonly<Record<string, MediaType>> = {
  'text/markdown': 'text/markdown',
  'text/x-markdown': 'text/markdown',
  'text/html': 'text/html',
  'application/xhtml+xml': 'text/html',
  'application/pdf': 'application/pdf',
}

/** What the ending of a name says; undefined for one that says nothing. */
export function mediaTypeOfName(name: string): MediaType | undefined {
  const ending = /\.([a-z]+)$/i.exec(name)?.[1]?.toLowerCase()
  return ending !== undefined && Object.hasOwn(byEnding, ending) ? byEnding[ending] : undefined
}

/**
 * What a server says, or the ending of its path where it says no more than that it is text or bytes.
 * Undefined for what is no document.
 */
export function mediaTypeOfAnswer(
  contentType: string | undefined,
  path: string,
): MediaType | undefined {
  const type = contentType?.split(';', 1)[0]?.trim().toLowerCase() ?? ''
  if (Object.hasOwn(byContentType, type)) return byContentType[type]
  if (type === '' || type === 'application/octet-stream') return mediaTypeOfName(path)
  return type.startsWith('text/') ? (mediaTypeOfName(path) ?? 'text/plain') : undefined
}
