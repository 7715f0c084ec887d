/**
 * The longest run of like characters that is counted whole. A tokenizer takes time that grows with
 * the square of such a run. A cut costs at most a token, which is less than 1 % of the run's, and
 * nothing in a run of spaces, whose longest token has 128.
 */
const runLengthMax = 256

/** Texts are handed over in pieces of about this many characters, so that time can be kept. */
const pieceLengthMax = 65_536

/**
 * A text in pieces that together have as many tokens as the whole, within 1 %, and that take linear
 * time to count. Pieces end where a run of letters, of spaces or of signs ends, and within runs that
 * are too long. What is not ASCII, a slash and a line break may belong to a run of any kind.
 */
export function cutLongRuns(text: string): readonly string[] {
  if (text.length <= runLengthMax) return [text]
  const pieces: string[] = []
  let pieceStart = 0
  let runStart = 0
  let runKind = joins
  for (let index = 0; index < text.length; index++) {
    const kind = kindOf(text.charCodeAt(index))
    const continues = kind === runKind || kind === joins || runKind === joins
    if (continues && kind !== digit && index - runStart < runLengthMax) {
      if (runKind === joins) runKind = kind
      continue
    }
    const isTooLong = continues && kind !== digit
    if (isTooLong && isLowSurrogate(text.charCodeAt(index))) continue
    if (isTooLong || index - pieceStart >= pieceLengthMax) {
      // A space belongs to the word after it.
      const end = !isTooLong && text.charCodeAt(index - 1) === 0x20 ? index - 1 : index
      pieces.push(text.slice(pieceStart, end))
      pieceStart = end
    }
    runStart = index
    runKind = kind
  }
  pieces.push(text.slice(pieceStart))
  return pieces
}

const joins = 0
const letter = 1
const digit = 2
const space = 3
const sign = 4

function kindOf(code: number): number {
  if (code > 0x7f || code === 0x0a || code === 0x0d || code === 0x2f) return joins
  if ((code >= 0x61 && code <= 0x7a) || (code >= 0x41 && code <= 0x5a)) return letter
  if (code >= 0x30 && code <= 0x39) return digit
  return code === 0x20 || (code >= 0x09 && code <= 0x0c) ? space : sign
}

function isLowSurrogate(code: number): boolean {
  return code >= 0xdc00 && code <= 0xdfff
}
