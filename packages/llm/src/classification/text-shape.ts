import { isIdeograph } from './words.ts'

/** What a text looks like, apart from its words: shares and counts. */
export interface TextShape {
  readonly length: number
  readonly lines: number
  /** Lines that begin like an item of a list. */
  readonly listItems: number
  readonly questions: number
  /** Commas, semicolons and colons: how many things are asked for. */
  readonly separators: number
  readonly sentences: number
  readonly digits: number
  /** Characters that are frequent in programs, such as braces. */
  readonly codeSymbols: number
  /** Characters of formulas, such as `=` and `^`. */
  readonly mathSymbols: number
  readonly quotes: number
  readonly ideographs: number
  readonly hasFence: boolean
}

const [separator, sentenceEnd, digit, codeSymbol, mathSymbol, quote, mark, lineEnd] = [
  1, 2, 3, 4, 5, 6, 7, 8,
] as const
const kinds = characterKinds()

function characterKinds(): Uint8Array {
  const byCode = new Uint8Array(128)
  for (const [characters, kind] of [
    [',;:', separator],
    ['.!', sentenceEnd],
    ['0123456789', digit],
    ['{}[]<>_$#`\\|()', codeSymbol],
    ['=^+*/%', mathSymbol],
    ['"', quote],
    ['?', mark],
    ['\n', lineEnd],
  ] as const) {
    for (const character of characters) byCode[character.charCodeAt(0)] = kind
  }
  return byCode
}

/** One pass over the text. */
export function shapeOf(text: string): TextShape {
  const counts = new Uint32Array(9)
  let ideographs = 0
  let listItems = 0
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index)
    if (code >= 128) {
      if (isIdeograph(code)) ideographs += 1
      else if (code === 0xff1f) count(counts, mark)
      else if (code === 0xff0c || code === 0x3001) count(counts, separator)
      else if (code === 0x3002) count(counts, sentenceEnd)
      continue
    }
    const kind = kinds[code] ?? 0
    counts[kind] = (counts[kind] ?? 0) + 1
    if (kind === lineEnd && beginsItem(text.charCodeAt(index + 1))) listItems += 1
  }
  const of = (kind: number) => counts[kind] ?? 0
  return {
    length: text.length,
    lines: of(lineEnd) + 1,
    listItems,
    questions: of(mark),
    separators: of(separator),
    sentences: of(sentenceEnd) + of(mark),
    digits: of(digit),
    codeSymbols: of(codeSymbol),
    mathSymbols: of(mathSymbol),
    quotes: of(quote),
    ideographs,
    hasFence: text.includes('```'),
  }
}

function count(counts: Uint32Array, kind: number): void {
  counts[kind] = (counts[kind] ?? 0) + 1
}

/** A dash, an asterisk or a digit. */
function beginsItem(code: number): boolean {
  return code === 0x2d || code === 0x2a || (code >= 0x30 && code <= 0x39)
}
