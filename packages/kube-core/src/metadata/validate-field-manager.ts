import type { FieldError } from '../field-error.ts'

const managerBytesMax = 128
const printable = /^[\p{L}\p{M}\p{N}\p{P}\p{S} ]$/u

/** Checks the name of a field manager: at most 128 bytes, printable. An empty one is accepted. */
export function validateFieldManager(manager: string, field = 'fieldManager'): FieldError[] {
  const found: FieldError[] = []
  if (Buffer.byteLength(manager) > managerBytesMax) {
    const detail = `may not be more than ${managerBytesMax} bytes`
    found.push({ type: 'TooLong', field, detail })
  }
  let position = 0
  for (const character of manager) {
    if (!printable.test(character)) {
      const detail = `invalid character ${codePointName(character)} (at position ${position})`
      found.push({ type: 'Invalid', field, badValue: manager, detail })
    }
    position += Buffer.byteLength(character)
  }
  return found
}

function codePointName(character: string): string {
  return 'U+' + (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')
}
