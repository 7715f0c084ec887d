/** In longer texts no places are looked for. */
const textLengthMax = 1024 * 1024

type Places = ReadonlyMap<number, number>

const none: Places = new Map()

/**
 * Which characters, as a string counts them, stand at places that are counted in bytes of UTF-8. All
 * places of one text are found in one pass; one beyond the text is its end.
 */
export function charactersAt(text: string, bytes: readonly number[]): Places {
  return placesIn(text, bytes, 'bytes')
}

/** Which bytes stand at places that are counted in characters. */
export function bytesAt(text: string, characters: readonly number[]): Places {
  return placesIn(text, characters, 'characters')
}

function placesIn(
  text: string,
  wanted: readonly number[],
  counted: 'bytes' | 'characters',
): Places {
  if (text.length > textLengthMax) return none
  const found = new Map<number, number>()
  let bytes = 0
  let characters = 0
  for (const place of [...new Set(wanted)].toSorted((left, right) => left - right)) {
    while (characters < text.length && (counted === 'bytes' ? bytes : characters) < place) {
      const code = text.codePointAt(characters) ?? 0
      characters += code > 0xffff ? 2 : 1
      bytes += bytesOf(code)
    }
    found.set(place, counted === 'bytes' ? characters : bytes)
  }
  return found
}

function bytesOf(code: number): number {
  if (code < 0x80) return 1
  if (code < 0x800) return 2
  return code < 0x1_0000 ? 3 : 4
}
