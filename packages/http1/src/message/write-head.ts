import { fieldName, isFieldValue } from './field-grammar.ts'

/**
 * Field lines from a flat list: name, value, name, value. Throws TypeError for a name or value that
 * is not allowed, which would end the line, and with it what was checked, and for a `reserved` name,
 * in lower case.
 */
export function fieldLines(entries: readonly string[], reserved: ReadonlySet<string>): string {
  let text = ''
  for (let index = 0; index < entries.length; index += 2) {
    const name = entries[index] ?? ''
    const value = entries[index + 1] ?? ''
    const known = fieldName(name)
    if (known === undefined) throw new TypeError(`"${name}" cannot be the name of a header.`)
    if (reserved.has(known)) throw new TypeError(`The header ${name} is not the caller's to set.`)
    if (!isFieldValue(value)) throw new TypeError(`The value of the header ${name} is not valid.`)
    text += `${name}: ${value}\r\n`
  }
  return text
}
