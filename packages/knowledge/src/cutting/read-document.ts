import type { SourceDocument } from '../source-document.ts'
import type { ReadDocument } from './block.ts'
import { readHTML } from './read-html.ts'
import { readMarkdown } from './read-markdown.ts'
import { readPDF } from './read-pdf.ts'
import { readPlainText } from './read-plain-text.ts'

/** Bytes that are no UTF-8 are shown as such; what is mostly that is refused. */
export async function readDocument({ content, mediaType }: SourceDocument): Promise<ReadDocument> {
  if (mediaType === 'application/pdf') return readPDF(content)
  const text = new TextDecoder('utf-8').decode(content)
  const broken = text.split('\u{fffd}').length - 1 + text.split('\0').length - 1
  if (broken * 10 > text.length) throw new Error('the document is no text in UTF-8')
  const readable = text.replaceAll('\0', '')
  switch (mediaType) {
    case 'text/html':
      return readHTML(readable)
    case 'text/markdown':
      return readMarkdown(readable)
    case 'text/plain':
      return readPlainText(readable)
  }
}
