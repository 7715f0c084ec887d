import type { ReadDocument } from './block.ts'

/** Paragraphs are parted by empty lines. */
export function readPlainText(text: string): ReadDocument {
  const blocks = text
    .replaceAll(/\r\n?/g, '\n')
    .split(/\n[ \t]*\n/)
    .map((paragraph) => paragraph.trim())
    .filter((paragraph) => paragraph !== '')
    .map((paragraph) => ({ type: 'text', text: paragraph }) as const)
  return { title: null, blocks }
}
