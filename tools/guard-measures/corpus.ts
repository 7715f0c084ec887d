import type { LabelledText } from './labelled-text.ts'

/** Texts of a corpus of injections, a JSON object with `text` and `label` on each line. */
export function parseCorpus(lines: string): readonly LabelledText[] {
  return lines
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line, index) => {
      const row: unknown = JSON.parse(line)
      if (!isRow(row)) {
        throw new TypeError(`line ${index + 1} has no text with a label, malicious or benign`)
      }
      const { label, text } = row
      return { text, spans: label === 'malicious' ? [{ start: 0, end: text.length }] : [] }
    })
}

function isRow(row: unknown): row is { readonly text: string; readonly label: string } {
  if (typeof row !== 'object' || row === null || !('text' in row) || !('label' in row)) return false
  return typeof row.text === 'string' && (row.label === 'malicious' || row.label === 'benign')
}
