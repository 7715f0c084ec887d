import { isFieldValue, isToken } from './field-grammar.ts'

/**
 * Field lines from a flat list: name, value, name, value. Throws TypeError for a name or value that
 * is not allowed, which would end the line, and with it what was checked.
 */
export function fieldLines(entries: readonly string[]): string {
  let text = ''
  for (let index = 0; index < entries.length; index += 2) {
    const name = entries[index] ?? ''
    const value = entries[index + 1] ?? ''
    if (!isToken(name)) throw new TypeError(`"${name}" cannot be the name of a header.`)
    if (!isFieldValue(value)) throw new TypeError(`The value of the header ${name} is not valid.`)
    text += `${name}: ${value}\r\n`
  }
  return text
}
