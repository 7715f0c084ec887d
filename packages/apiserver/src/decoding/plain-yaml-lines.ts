import { NotPlainYaml } from './not-plain-yaml.ts'

/** A line that is part of the structure: neither empty, nor only a comment, nor within a text. */
export interface YamlLine {
  readonly indent: number
  /** What stands behind the indentation. */
  readonly content: string
}

const blank = /^ *$/
const documentStart = /^--- *(?:#.*)?$/
const documentMark = /^(?:---|\.\.\.)(?:\s|$)/

/** How often a line can begin with one list within another: each copies the rest of the line. */
const indentedMax = 5

/** Goes through the lines of a plain YAML text. */
export class PlainYamlLines {
  readonly #lines: string[]
  #at = 0
  #indented = { at: 0, times: 0 }
  #known: { readonly at: number; readonly line: YamlLine } | undefined

  constructor(text: string) {
    this.#lines = text.split('\n')
  }

  /** From 1. */
  get number(): number {
    return this.#at + 1
  }

  /** Passes over the mark with which a document may begin. @throws NotPlainYaml for directives */
  startDocument(): void {
    this.#skip()
    const line = this.#lines[this.#at] ?? ''
    if (documentStart.test(line)) this.#at += 1
    else if (line.startsWith('%') || documentMark.test(line)) throw new NotPlainYaml()
  }

  /** The next line of the structure; undefined at the end of the document. @throws NotPlainYaml */
  current(): YamlLine | undefined {
    if (this.#known?.at === this.#at) return this.#known.line
    this.#skip()
    const line = this.#lines[this.#at]
    if (line === undefined || /^(?:---|\.\.\.) *$/.test(line)) return undefined
    if (line.includes('\t') || documentMark.test(line)) throw new NotPlainYaml()
    const indent = indentOf(line)
    const found = { indent, content: line.slice(indent).trimEnd() }
    this.#known = { at: this.#at, line: found }
    return found
  }

  advance(): void {
    this.#at += 1
  }

  /**
   * Makes the beginning of the current line's content a part of its indentation.
   * @throws NotPlainYaml when that was done too often
   */
  indentBy(characters: number): void {
    const times = this.#indented.at === this.#at ? this.#indented.times + 1 : 1
    if (times > indentedMax) throw new NotPlainYaml()
    this.#indented = { at: this.#at, times }
    const line = this.#lines[this.#at] ?? ''
    const indent = indentOf(line) + characters
    this.#lines[this.#at] = ' '.repeat(indent) + line.slice(indent)
    this.#known = undefined
  }

  /** A plain text with the lines that continue it, folded. @throws NotPlainYaml */
  plain(start: string, parentIndent: number): string {
    const comment = start.indexOf(' #')
    let text = plainPart(comment === -1 ? start : start.slice(0, comment).trimEnd())
    let breaks = 0
    for (let ahead = this.#at; comment === -1 && ahead < this.#lines.length; ahead++) {
      const line = this.#lines[ahead] ?? ''
      breaks += 1
      if (blank.test(line)) continue
      const indent = indentOf(line)
      if (indent <= parentIndent || line[indent] === '#') break
      const part = line.slice(indent).trimEnd()
      if (part.includes(' #') || line.includes('\t')) throw new NotPlainYaml()
      text += (breaks === 1 ? ' ' : '\n'.repeat(breaks - 1)) + plainPart(part)
      this.#at = ahead + 1
      breaks = 0
    }
    return text
  }

  /** The lines of a literal text, of which its header is known. @throws NotPlainYaml */
  literal(header: string, parentIndent: number): string {
    const [, chomping] = /^\|([+-]?)(?: +#.*)?$/.exec(header) ?? [undefined, undefined]
    const first = this.#lines.slice(this.#at, this.#at + 100).find((line) => !blank.test(line))
    const indent = indentOf(first ?? '')
    if (chomping === undefined || first === undefined || indent <= parentIndent) {
      throw new NotPlainYaml()
    }
    const lines: string[] = []
    for (; this.#at < this.#lines.length; this.#at++) {
      const line = this.#lines[this.#at] ?? ''
      const isBlank = blank.test(line)
      if (!isBlank && indentOf(line) < indent) break
      if (isBlank && line.length > indent) throw new NotPlainYaml()
      lines.push(line.slice(indent))
    }
    let end = lines.length
    while (lines[end - 1] === '') end -= 1
    const isLast = this.#at === this.#lines.length
    // Whether a text that ends without a line break has one is not for us to say.
    if (isLast && end === lines.length) throw new NotPlainYaml()
    const breaks = lines.length - end - (isLast ? 1 : 0)
    const text = lines.slice(0, end).join('\n')
    if (chomping === '-') return text
    return `${text}\n${chomping === '+' ? '\n'.repeat(breaks) : ''}`
  }

  /** Passes over empty lines and comments. */
  #skip(): void {
    while (this.#at < this.#lines.length) {
      const line = this.#lines[this.#at] ?? ''
      const first = line[indentOf(line)]
      if (first !== undefined && first !== '#') return
      this.#at += 1
    }
  }
}

function plainPart(text: string): string {
  if (text.includes(': ') || text.endsWith(':')) throw new NotPlainYaml()
  return text
}

function indentOf(line: string): number {
  let indent = 0
  while (line[indent] === ' ') indent += 1
  return indent
}
