/** Stands before four hexadecimal digits of a character that cannot be stored. */
const escape = '\uE000'

/**
 * A text as PostgreSQL can store it: without NUL, which it refuses, and without halves of pairs, which
 * UTF-8 does not have. Others stay as they are; no two texts become one.
 */
export function storedText(text: string): string {
  return text.replaceAll(/[\0\uE000]|\p{Surrogate}/gu, (character) => {
    return escape + character.charCodeAt(0).toString(16).padStart(4, '0')
  })
}

/** The text that was stored. */
export function readText(stored: string): string {
  if (!stored.includes(escape)) return stored
  return stored.replaceAll(/\uE000([\da-f]{4})/g, (_, code: string) =>
    String.fromCharCode(Number.parseInt(code, 16)),
  )
}

export function storedTextOrNull(text: string | null | undefined): string | null {
  return text === null || text === undefined ? null : storedText(text)
}
