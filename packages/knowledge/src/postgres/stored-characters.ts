/**
 * A text as PostgreSQL can store it: without NUL, which it refuses, and without halves of pairs, which
 * UTF-8 does not have. Texts stay in the order of their bytes.
 */
export function storedCharacters(text: string): string {
  return text.toWellFormed().replaceAll('\u0001', '\u00011').replaceAll('\0', '\u00010')
}

/** The text that was stored. */
export function readCharacters(stored: string): string {
  return stored.replaceAll('\u00010', '\0').replaceAll('\u00011', '\u0001')
}

/** The same for keys and texts of metadata. */
export function storedMetadata(metadata: Readonly<Record<string, unknown>>): string {
  return JSON.stringify(
    Object.fromEntries(
      Object.entries(metadata).map(([key, value]) => [
        storedCharacters(key),
        typeof value === 'string' ? storedCharacters(value) : value,
      ]),
    ),
  )
}
