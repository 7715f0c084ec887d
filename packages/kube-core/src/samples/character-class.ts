/** Characters between two, inclusive. */
function range(first: string, last: string): string[] {
  const [from = 0, to = 0] = [first.codePointAt(0), last.codePointAt(0)]
  // Of a range of many alphabets, some characters are enough.
  const count = Math.min(to - from + 1, 256)
  return Array.from({ length: Math.max(count, 0) }, (_, index) =>
    String.fromCodePoint(from + index),
  )
}

/** The printable characters of ASCII. */
export const printable: readonly string[] = range(' ', '~')

const digits = range('0', '9')
const upper = range('A', 'Z')
const lower = range('a', 'z')
const letters = [...upper, ...lower]
const spaces = [' ', '\t']

const named: Readonly<Record<string, readonly string[]>> = {
  alnum: [...digits, ...letters],
  alpha: letters,
  ascii: printable,
  blank: spaces,
  digit: digits,
  graph: range('!', '~'),
  lower,
  print: printable,
  punct: printable.filter((character) => /[!-/:-@[-`{-~]/.test(character)),
  space: spaces,
  upper,
  word: [...digits, ...letters, '_'],
  xdigit: [...digits, ...range('A', 'F'), ...range('a', 'f')],
}

const escapes: Readonly<Record<string, readonly string[]>> = {
  d: digits,
  D: without(printable, digits),
  w: named['word'] ?? [],
  W: without(printable, named['word'] ?? []),
  s: spaces,
  S: without(printable, spaces),
  t: ['\t'],
  n: ['\n'],
  r: ['\r'],
  f: ['\f'],
  v: ['\v'],
  a: ['\u0007'],
  // Places, not characters.
  b: [],
  B: [],
  A: [],
  z: [],
}

interface Read {
  readonly characters: readonly string[]
  /** The position behind it. */
  readonly end: number
}

/** What an escape matches; `position` is behind the backslash. */
export function escapedCharacters(pattern: string, position: number): Read {
  const code = /^x(?:\{([0-9A-Fa-f]+)\}|([0-9A-Fa-f]{2}))/.exec(pattern.slice(position))
  if (code !== null) {
    const character = String.fromCodePoint(Number.parseInt(code[1] ?? code[2] ?? '', 16))
    return { characters: [character], end: position + code[0].length }
  }
  const property = /^([pP])(?:\{(\^?\w+)\}|(\w))/.exec(pattern.slice(position))
  if (property !== null) {
    const source = `\\${property[1]}{${(property[2] ?? property[3] ?? '').replace('^', '')}}`
    const isMember = new RegExp(source, 'u')
    const candidates = [...printable, ...range('À', 'ÿ'), ...range('Α', 'ω'), ...range('а', 'я')]
    const characters = candidates.filter(
      (each) => isMember.test(each) !== (property[2]?.startsWith('^') ?? false),
    )
    return { characters, end: position + property[0].length }
  }
  const letter = pattern.charAt(position)
  if (/[CQE]/.test(letter)) throw new SyntaxError(`\\${letter} is not known in ${pattern}`)
  return { characters: escapes[letter] ?? [letter], end: position + 1 }
}

/** What a class in brackets matches; `position` is behind the opening bracket. */
export function characterClass(pattern: string, position: number): Read {
  const isNegated = pattern.charAt(position) === '^'
  let at = isNegated ? position + 1 : position
  const found = new Set<string>()
  for (let isFirst = true; isFirst || pattern.charAt(at) !== ']'; isFirst = false) {
    if (at >= pattern.length) throw new SyntaxError(`missing ] in ${pattern}`)
    const { characters, end } = member(pattern, at)
    at = end
    if (characters.length === 1 && pattern.charAt(at) === '-' && pattern.charAt(at + 1) !== ']') {
      const last = member(pattern, at + 1)
      at = last.end
      for (const each of range(characters[0] ?? '', last.characters[0] ?? '')) found.add(each)
    } else for (const each of characters) found.add(each)
  }
  const characters = isNegated ? without(printable, [...found]) : [...found]
  return { characters, end: at + 1 }
}

function member(pattern: string, position: number): Read {
  const posix = /^\[:(\^?)(\w+):\]/.exec(pattern.slice(position))
  if (posix !== null) {
    const all = named[posix[2] ?? ''] ?? []
    const characters = posix[1] === '^' ? without(printable, all) : all
    return { characters, end: position + posix[0].length }
  }
  if (pattern.charAt(position) === '\\') return escapedCharacters(pattern, position + 1)
  const character = String.fromCodePoint(pattern.codePointAt(position) ?? 0)
  return { characters: [character], end: position + character.length }
}

function without(all: readonly string[], excluded: readonly string[]): string[] {
  const gone = new Set(excluded)
  return all.filter((character) => !gone.has(character))
}
