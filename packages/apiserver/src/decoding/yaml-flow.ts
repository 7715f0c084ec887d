import { NotPlainYaml, plainValue, type Inline } from './not-plain-yaml.ts'
import { readQuoted } from './yaml-quoted.ts'

const depthMax = 100

/** Makes an object of the members of a map. @throws NotPlainYaml */
type MapMaker = (members: readonly (readonly [key: string, value: unknown])[]) => unknown

/** Reads a list or map in brackets that begins at `start` and ends within the line. @throws NotPlainYaml */
export function readFlow(line: string, start: number, makeMap: MapMaker, depth = 0): Inline {
  if (depth > depthMax) throw new NotPlainYaml()
  const isList = line[start] === '['
  const close = isList ? ']' : '}'
  const items: unknown[] = []
  const members: (readonly [string, unknown])[] = []
  let at = afterSpaces(line, start + 1)
  while (line[at] !== close) {
    if (isList) {
      const item = readItem(line, at, makeMap, depth)
      items.push(item.value)
      at = item.end
    } else {
      const key = readKey(line, at)
      const value = readItem(line, key.end, makeMap, depth)
      members.push([key.value, value.value])
      at = value.end
    }
    at = afterSpaces(line, at)
    if (line[at] === ',') at = afterSpaces(line, at + 1)
    else if (line[at] !== close) throw new NotPlainYaml()
  }
  return { value: isList ? items : makeMap(members), end: at + 1 }
}

function readItem(line: string, start: number, makeMap: MapMaker, depth: number): Inline {
  const first = line[start]
  if (first === '[' || first === '{') return readFlow(line, start, makeMap, depth + 1)
  if (first === '"' || first === "'") return readQuoted(line, start)
  const text = wordAt(line, start)
  return { value: plainValue(text.trimEnd()), end: start + text.length }
}

function readKey(line: string, start: number): Inline & { readonly value: string } {
  const isQuoted = line[start] === '"' || line[start] === "'"
  const text = isQuoted ? '' : wordAt(line, start)
  const { value, end } = isQuoted
    ? readQuoted(line, start)
    : { value: plainValue(text.trimEnd()), end: start + text.length }
  if (typeof value !== 'string' || line[end] !== ':' || line[end + 1] !== ' ') {
    throw new NotPlainYaml()
  }
  return { value, end: afterSpaces(line, end + 1) }
}

/** A word has none of the characters that could mean something. */
function wordAt(line: string, start: number): string {
  const word = /(?:[^\s,[\]{}#&*!|>'"%@`:?-]|-(?=\d))[^,[\]{}#:]*/y
  word.lastIndex = start
  const [text] = word.exec(line) ?? []
  if (text === undefined) throw new NotPlainYaml()
  return text
}

function afterSpaces(line: string, start: number): number {
  let at = start
  while (line[at] === ' ') at += 1
  return at
}
