import { jsonrepair } from 'jsonrepair'

/** JSON that a text holds. */
export interface FoundJson {
  /** The JSON alone, as it was written, or as it was mended. */
  readonly text: string
  readonly value: unknown
}

/** Longer texts are not mended, as that takes up to 100 ms, and four times as much for twice the length. */
const mendedLengthMax = 32 * 1024

/** The text as JSON; undefined where it is anything else. */
export function strictJson(text: string): FoundJson | undefined {
  try {
    return { text, value: JSON.parse(text) as unknown }
  } catch {
    return undefined
  }
}

/**
 * The JSON that a model meant, by what models do: it stands in a fenced block or between sentences, or
 * lacks quotes, commas or its end. The first of these that can be read; undefined for none.
 */
export function meantJson(text: string): FoundJson | undefined {
  const candidates = [...fencedBlock(text), ...outerValue(text)]
  for (const candidate of candidates) {
    const found = strictJson(candidate)
    if (found !== undefined) return found
  }
  return mended(candidates[0] ?? text)
}

const fence = '```'

/** What stands in the first fenced block, which may have no end. */
function fencedBlock(text: string): readonly string[] {
  const start = text.indexOf(fence)
  if (start === -1) return []
  const line = text.indexOf('\n', start)
  if (line === -1) return []
  const end = text.indexOf(fence, line)
  return [(end === -1 ? text.slice(line + 1) : text.slice(line + 1, end)).trim()]
}

/** From the first bracket to the last that closes one like it, or to the end where there is none. */
function outerValue(text: string): readonly string[] {
  const start = text.search(/[[{]/)
  if (start === -1) return []
  const end = text.lastIndexOf(text[start] === '{' ? '}' : ']')
  return [end > start ? text.slice(start, end + 1) : text.slice(start).trimEnd()]
}

/** An object or a list only: of any other text a string could be made. */
function mended(text: string): FoundJson | undefined {
  if (text.length > mendedLengthMax) return undefined
  try {
    const found = strictJson(jsonrepair(text))
    return typeof found?.value === 'object' && found.value !== null ? found : undefined
  } catch {
    // What cannot be mended, or is nested too deep to be.
    return undefined
  }
}
