import type { Block } from './block.ts'
import { estimatedTokens, splitText } from './split-text.ts'

/** The blocks that have a text. */
type ContentBlock = Extract<Block, { type: 'text' | 'code' | 'table' }>

/** A block in pieces of at most `maxTokens`: whole where it fits, and else cut where it does least harm. */
export function piecesOf(block: ContentBlock, maxTokens: number): readonly string[] {
  switch (block.type) {
    case 'text':
      return splitText(block.text, maxTokens).map((piece) => piece.trim())
    case 'code':
      return codePieces(block.text, block.language, maxTokens)
    case 'table':
      return tablePieces(block.header, block.rows, maxTokens)
  }
}

function codePieces(text: string, language: string, maxTokens: number): readonly string[] {
  // A fence is longer than any in the code.
  const longest = Math.max(2, ...Array.from(text.matchAll(/`{3,100}/g), ([run]) => run.length))
  const fence = '`'.repeat(longest + 1)
  const inFences = (code: string) =>
    `${fence}${language}\n${code.replaceAll(/^\n+|\n+$/g, '')}\n${fence}`
  const room = maxTokens - estimatedTokens(inFences(''))
  if (room < maxTokens / 2) return splitText(text, maxTokens)
  return splitText(text, room)
    .filter((piece) => piece.trim() !== '')
    .map(inFences)
}

/** Each piece has the header, or the rows could not be understood. */
function tablePieces(
  header: string,
  rows: readonly string[],
  maxTokens: number,
): readonly string[] {
  const whole = [header, ...rows].join('\n')
  if (estimatedTokens(whole) <= maxTokens) return [whole]
  const room = maxTokens * 4 - Buffer.byteLength(header) - 1
  if (room < maxTokens * 2) return splitText(whole, maxTokens)
  const pieces: string[] = []
  let current: string[] = []
  let bytes = 0
  const flush = () => {
    if (current.length > 0) pieces.push([header, ...current].join('\n'))
    current = []
    bytes = 0
  }
  for (const row of rows) {
    const more = Buffer.byteLength(row) + 1
    if (bytes + more > room) flush()
    if (more > room) {
      pieces.push(...splitText(row, Math.floor(room / 4)).map((part) => `${header}\n${part}`))
      continue
    }
    current.push(row)
    bytes += more
  }
  flush()
  return pieces
}
