/** Where a text may be cut, the better places first. */
const edges = [/\n\s*\n/g, /\n/g, /(?<=[.!?。！？])\s*/g, /\s+/g] as const

/** A part of a text, by its place in it. */
interface TextPiece {
  readonly from: number
  readonly to: number
}

/**
 * Cuts a text into pieces of at most `charactersMax`, each about as long as that: between paragraphs
 * where that is possible, else between lines, sentences or words. White space around pieces is left
 * out.
 */
export function cutText(text: string, charactersMax: number): readonly TextPiece[] {
  const pieces: TextPiece[] = []
  for (const part of smallParts(text, { from: 0, to: text.length }, charactersMax, 0)) {
    const last = pieces.at(-1)
    if (last !== undefined && part.to - last.from <= charactersMax) {
      pieces[pieces.length - 1] = { from: last.from, to: part.to }
    } else pieces.push(part)
  }
  return pieces
}

/** Parts between edges, none longer than allowed. */
function smallParts(
  text: string,
  whole: TextPiece,
  charactersMax: number,
  edge: number,
): readonly TextPiece[] {
  const { from, to } = trimmed(text, whole)
  if (from === to) return []
  if (to - from <= charactersMax) return [{ from, to }]
  const pattern = edges[edge]
  if (pattern === undefined) {
    const count = Math.ceil((to - from) / charactersMax)
    return Array.from({ length: count }, (_, index) => ({
      from: from + index * charactersMax,
      to: Math.min(to, from + (index + 1) * charactersMax),
    }))
  }
  const parts: TextPiece[] = []
  let start = from
  for (const { 0: gap, index } of text.slice(from, to).matchAll(pattern)) {
    parts.push({ from: start, to: from + index })
    start = from + index + gap.length
  }
  parts.push({ from: start, to })
  return parts.flatMap((part) => smallParts(text, part, charactersMax, edge + 1))
}

function trimmed(text: string, { from, to }: TextPiece): TextPiece {
  const part = text.slice(from, to)
  const start = part.trimStart()
  return start === ''
    ? { from, to: from }
    : { from: to - start.length, to: to - start.length + start.trimEnd().length }
}
