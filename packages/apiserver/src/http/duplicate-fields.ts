/**
 * Paths of object keys that occur more than once in a JSON text, such as `spec.size`; a parser keeps
 * only the last of each. Throws, or finds nothing, where the text is not JSON.
 */
export function findDuplicateFields(text: string): string[] {
  const found = new Set<string>()
  let position = 0
  visitValue('')
  return [...found]

  function visitValue(path: string): void {
    skipSpace()
    const character = text[position]
    if (character === '{') visitObject(path)
    else if (character === '[') visitList(path)
    else if (character === '"') skipString()
    else while (position < text.length && !',]}'.includes(text[position] ?? '')) position++
  }

  function visitObject(path: string): void {
    const names = new Set<string>()
    position++
    for (skipSpace(); text[position] !== '}' && position < text.length; skipSpace()) {
      const name = readString()
      const field = path === '' ? name : `${path}.${name}`
      if (names.has(name)) found.add(field)
      names.add(name)
      skipSpace()
      position++
      visitValue(field)
      skipSeparator()
    }
    position++
  }

  function visitList(path: string): void {
    position++
    let index = 0
    for (skipSpace(); text[position] !== ']' && position < text.length; skipSpace()) {
      const start = position
      visitValue(`${path}[${index++}]`)
      skipSeparator()
      if (position === start) throw new SyntaxError('this is not JSON')
    }
    position++
  }

  function readString(): string {
    const start = position
    skipString()
    return JSON.parse(text.slice(start, position)) as string
  }

  /** Values can be long, so they are searched for their end, not read. */
  function skipString(): void {
    const start = position++
    while (position <= text.length) {
      const quote = text.indexOf('"', position)
      let backslashes = 0
      while (quote - backslashes > start + 1 && text[quote - 1 - backslashes] === '\\')
        backslashes++
      position = quote < 0 ? text.length + 1 : quote + 1
      if (backslashes % 2 === 0) return
    }
  }

  function skipSeparator(): void {
    skipSpace()
    if (text[position] === ',') position++
  }

  function skipSpace(): void {
    while (' \t\r\n'.includes(text[position] ?? '.')) position++
  }
}
