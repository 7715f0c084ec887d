import { compareText } from '@fairlead/base'

import { DuplicateKeys } from './duplicate-keys.ts'
import { NotPlainYaml, plainValue } from './not-plain-yaml.ts'
import { PlainYamlLines, type YamlLine } from './plain-yaml-lines.ts'
import { readFlow } from './yaml-flow.ts'
import { readQuoted } from './yaml-quoted.ts'

interface Key {
  readonly name: string
  /** What follows the colon. */
  readonly rest: string
}

/** Control characters, and what YAML 1.1 takes for line breaks or for a mark of the encoding. */
const unusual = /[^\t\n\u0020-\u007e\u00a0-\ufffc]|[\u2028\u2029\ufeff]/
const startsOtherwise = /^[,[\]{}#&*!|>'"%@`]|^[-?:](?:\s|$)/
const depthMax = 100
const keyLengthMax = 1_000

/**
 * Reads the first document of a YAML text that is written as manifests are: maps and lists by
 * indentation, or in brackets within a line, and texts that are plain, literal, or quoted within a
 * line. It takes a hundredth of the time that reading all of YAML takes.
 *
 * Undefined for everything else, and wherever anything could be wrong.
 */
export function readPlainYaml(
  text: string,
): { readonly value: unknown; readonly duplicateKeys: readonly string[] } | undefined {
  if (unusual.test(text)) return undefined
  try {
    return new PlainYamlReader(text).read()
  } catch (error) {
    if (error instanceof NotPlainYaml) return undefined
    throw error
  }
}

class PlainYamlReader {
  readonly #lines: PlainYamlLines
  readonly #duplicates = new DuplicateKeys()

  constructor(text: string) {
    this.#lines = new PlainYamlLines(text)
  }

  read() {
    this.#lines.startDocument()
    const value = this.#node(0, 0)
    if (this.#lines.current() !== undefined) throw new NotPlainYaml()
    return { value, duplicateKeys: this.#duplicates.messages }
  }

  /** What stands in the lines from here on that are indented at least so far; null if none is. */
  #node(indentMin: number, depth: number): unknown {
    const line = this.#lines.current()
    if (line === undefined || line.indent < indentMin) return null
    if (depth > depthMax) throw new NotPlainYaml()
    if (isItem(line)) return this.#list(line.indent, depth)
    if (keyOf(line.content) !== undefined) return this.#map(line.indent, depth)
    // A scalar that is a document has rules of its own.
    if (indentMin === 0) throw new NotPlainYaml()
    this.#lines.advance()
    return this.#inline(line.content, indentMin - 1)
  }

  #map(indent: number, depth: number): unknown {
    const members = new Map<string, unknown>()
    for (let line = this.#at(indent); line !== undefined; line = this.#at(indent)) {
      const key = keyOf(line.content)
      if (key === undefined) throw new NotPlainYaml()
      if (members.has(key.name)) this.#duplicates.add(key.name, this.#lines.number)
      this.#lines.advance()
      members.set(key.name, this.#member(key.rest, indent, depth))
    }
    return sorted(members)
  }

  #member(rest: string, indent: number, depth: number): unknown {
    if (rest !== '') return this.#inline(rest, indent)
    const next = this.#lines.current()
    // A list need not be indented below its key.
    const isList = next !== undefined && next.indent === indent && isItem(next)
    return isList ? this.#list(indent, depth + 1) : this.#node(indent + 1, depth + 1)
  }

  #list(indent: number, depth: number): unknown[] {
    const items: unknown[] = []
    for (let line = this.#at(indent); line !== undefined; line = this.#at(indent)) {
      if (!isItem(line)) break
      const rest = line.content.slice(1)
      const content = withoutComment(rest.trimStart())
      if (content === '') {
        this.#lines.advance()
        items.push(this.#node(indent + 1, depth + 1))
      } else if (isItem({ content }) || keyOf(content) !== undefined) {
        this.#lines.indentBy(1 + rest.length - rest.trimStart().length)
        items.push(this.#node(indent + 1, depth + 1))
      } else {
        this.#lines.advance()
        items.push(this.#inline(content, indent))
      }
    }
    return items
  }

  /** The next line of a map or list; undefined at its end. */
  #at(indent: number): YamlLine | undefined {
    const line = this.#lines.current()
    if (line === undefined || line.indent < indent) return undefined
    if (line.indent > indent) throw new NotPlainYaml()
    return line
  }

  /** A value that begins in the line that was just left, below what is indented so far. */
  #inline(text: string, parentIndent: number): unknown {
    const first = text[0]
    if (first === '|') return this.#lines.literal(text, parentIndent)
    if (first === '"' || first === "'") return alone(text, readQuoted(text, 0))
    if (first === '[' || first === '{') return alone(text, readFlow(text, 0, this.#flowMap))
    if (startsOtherwise.test(text)) throw new NotPlainYaml()
    return plainValue(this.#lines.plain(text, parentIndent))
  }

  readonly #flowMap = (members: readonly (readonly [string, unknown])[]): unknown => {
    const map = new Map<string, unknown>(members)
    // The line of the second key has been left.
    if (map.size < members.length) throw new NotPlainYaml()
    return sorted(map)
  }
}

function isItem({ content }: Pick<YamlLine, 'content'>): boolean {
  return content === '-' || content.startsWith('- ')
}

/** The key with which a line begins; undefined when it begins with none. @throws NotPlainYaml */
function keyOf(content: string): Key | undefined {
  const isQuoted = content.startsWith('"') || content.startsWith("'")
  if (isQuoted) {
    const { value, end } = readQuoted(content, 0)
    if (!/^:(?: |$)/.test(content.slice(end, end + 2))) return undefined
    return { name: value, rest: withoutComment(content.slice(end + 1).trimStart()) }
  }
  if (/^[[{|]/.test(content)) return undefined
  const colon =
    content.endsWith(':') && !content.includes(': ') ? content.length - 1 : content.indexOf(': ')
  if (colon === -1) return undefined
  const text = content.slice(0, colon).trimEnd()
  const isUsual = !startsOtherwise.test(text) && !text.includes(' #') && text !== '<<'
  if (!isUsual || text === '' || text.length > keyLengthMax) throw new NotPlainYaml()
  const name = plainValue(text)
  if (typeof name !== 'string') throw new NotPlainYaml()
  return { name, rest: withoutComment(content.slice(colon + 1).trimStart()) }
}

/** Nothing, where only a comment follows. */
function withoutComment(rest: string): string {
  return rest.startsWith('#') ? '' : rest
}

/** A value after which its line ends. */
function alone(line: string, { value, end }: { readonly value: unknown; readonly end: number }) {
  if (!/^ *(?: #.*)?$/.test(line.slice(end))) throw new NotPlainYaml()
  return value
}

/** In the order of the keys, as Go writes maps. */
function sorted(members: Iterable<readonly [string, unknown]>): unknown {
  return Object.fromEntries([...members].toSorted(([left], [right]) => compareText(left, right)))
}
