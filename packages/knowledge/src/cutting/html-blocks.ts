import type { Block, ReadDocument } from './block.ts'

const depthMax = 2000

/** What no reader of a page reads. */
const unread = new Set(
  'script style noscript template svg math iframe object canvas nav footer aside button select textarea dialog'.split(
    ' ',
  ),
)

/** What stands on lines of its own. */
const ownLines = new Set(
  'address article blockquote body br caption dd details div dl dt fieldset figcaption figure form header hr html legend li main ol p pre section summary table tbody td tfoot th thead tr ul'.split(
    ' ',
  ),
)

interface Open {
  readonly name: string
  readonly isUnread: boolean
  readonly isMain: boolean
}

/** Collects the blocks of a page as its tags come. */
export class HTMLBlocks {
  readonly #open: Open[] = []
  readonly #all: Block[] = []
  readonly #main: Block[] = []
  readonly #lists: { isOrdered: boolean; count: number }[] = []
  #unread = 0
  #mains = 0
  #parts: string[] = []
  #title: string | null = null
  #heading: { level: number; fragment: string | null } | undefined
  #code: { language: string; depth: number } | undefined
  #table: { depth: number; rows: string[][]; hasHeader: boolean } | undefined
  /** The last id that was declared before any text: an address may lead here by it. */
  #fragment: string | null = null

  open(name: string, attributes: Readonly<Record<string, string>>): void {
    if (this.#open.length >= depthMax) throw new Error('the page is nested too deeply')
    const isMain = name === 'main' || name === 'article' || attributes['role'] === 'main'
    const isUnread = this.#isUnread(name, attributes)
    this.#open.push({ name, isMain, isUnread })
    if (isUnread) this.#unread += 1
    if (this.#unread > 0) return
    // What was before it is not in it.
    if (isMain && this.#mains === 0) this.#endText()
    if (isMain) this.#mains += 1
    this.#begin(name, attributes)
  }

  text(data: string): void {
    if (this.#unread > 0) return
    this.#parts.push(data)
  }

  close(): void {
    const closed = this.#open.pop()
    if (closed === undefined) return
    if (closed.isUnread) {
      this.#unread -= 1
      return
    }
    if (this.#unread > 0) return
    this.#end(closed.name)
    if (!closed.isMain) return
    this.#endText()
    this.#mains -= 1
  }

  read(): ReadDocument {
    this.#endText()
    const blocks = this.#main.some(({ type }) => type !== 'heading') ? this.#main : this.#all
    const first = blocks.find((block) => block.type === 'heading' && block.level === 1)
    return { title: first?.type === 'heading' ? first.text : this.#title, blocks }
  }

  #isUnread(name: string, attributes: Readonly<Record<string, string>>): boolean {
    if (unread.has(name) || 'hidden' in attributes || attributes['aria-hidden'] === 'true')
      return true
    if (attributes['role'] === 'navigation') return true
    if (name === 'header' && this.#mains === 0) return true
    // Links of headings to themselves.
    return (
      name === 'a' &&
      /(?:^|\s)(?:headerlink|anchor|hash-link)(?:\s|$)/.test(attributes['class'] ?? '')
    )
  }

  #begin(name: string, attributes: Readonly<Record<string, string>>): void {
    const id = attributes['id'] ?? (name === 'a' ? attributes['name'] : undefined)
    const level = /^h([1-6])$/.exec(name)?.[1]
    if (level !== undefined) {
      this.#endText()
      this.#heading = { level: Number(level), fragment: id ?? this.#fragment }
      this.#fragment = null
      return
    }
    if (id !== undefined && this.#heading !== undefined) {
      this.#heading = { ...this.#heading, fragment: this.#heading.fragment ?? id }
    } else if (id !== undefined) this.#fragment = id
    if (name === 'title' || name === 'table' || name === 'pre') this.#beginWhole(name)
    else if (name === 'code') this.#beginCode(attributes)
    else if (name === 'ul' || name === 'ol') this.#beginList(name === 'ol')
    else if (name === 'tr') this.#table?.rows.push([])
    else if (name === 'td' || name === 'th') this.#beginCell(name)
    else if (name === 'li') this.#beginItem()
    else if (name === 'br') this.#parts.push('\n')
    else if (name === 'img') this.#parts.push(attributes['alt'] ?? '')
    else if (ownLines.has(name)) this.#endParagraph()
  }

  #end(name: string): void {
    if (this.#heading !== undefined && /^h[1-6]$/.test(name)) this.#endHeading(this.#heading)
    else if (name === 'title') {
      this.#title ??= oneLine(this.#parts.join('')) || null
      this.#parts = []
    } else if (name === 'pre' && this.#code?.depth === this.#open.length) this.#endCode()
    else if (name === 'code' && this.#code === undefined && this.#heading === undefined)
      this.#parts.push('`')
    else if (name === 'table' && this.#table?.depth === this.#open.length) this.#endTable()
    else if (name === 'td' || name === 'th') this.#endCell()
    else if (name === 'ul' || name === 'ol') {
      this.#lists.pop()
      if (this.#lists.length === 0) this.#endParagraph()
    } else if (ownLines.has(name)) this.#endParagraph()
  }

  #beginWhole(name: string): void {
    if (name === 'title' || this.#table !== undefined) return
    this.#endText()
    const depth = this.#open.length - 1
    if (name === 'pre') this.#code = { language: '', depth }
    else this.#table = { depth, rows: [], hasHeader: false }
  }

  #beginCode(attributes: Readonly<Record<string, string>>): void {
    if (this.#code === undefined) {
      if (this.#heading === undefined) this.#parts.push('`')
      return
    }
    const language = /(?:^|\s)lang(?:uage)?-([\w+#-]{1,40})/.exec(attributes['class'] ?? '')?.[1]
    if (language !== undefined) this.#code = { ...this.#code, language }
  }

  #beginList(isOrdered: boolean): void {
    if (this.#lists.length === 0) this.#endParagraph()
    this.#lists.push({ isOrdered, count: 0 })
  }

  #beginItem(): void {
    const list = this.#lists.at(-1)
    if (list === undefined) return this.#endParagraph()
    list.count += 1
    const indent = '  '.repeat(Math.min(this.#lists.length - 1, 8))
    this.#parts.push(
      `\n${indent.replaceAll(' ', indentMark)}${list.isOrdered ? `${list.count}.` : '-'} `,
    )
  }

  #beginCell(name: string): void {
    const table = this.#table
    if (table === undefined) return this.#endParagraph()
    if (name === 'th' && table.rows.length <= 1) table.hasHeader = true
    this.#parts = []
  }

  #endCell(): void {
    if (this.#table === undefined) return this.#endParagraph()
    this.#table.rows.at(-1)?.push(oneLine(this.#parts.join('')).replaceAll('|', '\\|'))
    this.#parts = []
  }

  #endTable(): void {
    const rows = this.#table?.rows.filter((cells) => cells.some((cell) => cell !== '')) ?? []
    const first = rows[0]
    this.#table = undefined
    this.#parts = []
    if (first === undefined) return
    const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
    const header = `${line(first)}\n|${' --- |'.repeat(first.length)}`
    this.#add({ type: 'table', header, rows: rows.slice(1).map(line) })
  }

  #endHeading({ fragment, level }: { level: number; fragment: string | null }): void {
    const text = oneLine(this.#parts.join('')).replace(/\s*[¶#]$/, '')
    this.#parts = []
    this.#heading = undefined
    if (text !== '') this.#add({ type: 'heading', level, text, fragment })
  }

  #endCode(): void {
    const text = this.#parts.join('').replaceAll('\r\n', '\n').replace(/^\n+/, '').trimEnd()
    const language = this.#code?.language ?? ''
    this.#code = undefined
    this.#parts = []
    if (text !== '') this.#add({ type: 'code', text, language })
  }

  /** Paragraphs within lists, cells, headings and code are parts of these. */
  #endParagraph(): void {
    if (
      this.#code !== undefined ||
      this.#heading !== undefined ||
      this.#table !== undefined ||
      this.#lists.length > 0
    ) {
      this.#parts.push(this.#code === undefined ? ' ' : '')
      return
    }
    const text = lines(this.#parts.join(''))
    this.#parts = []
    if (text === '') return
    this.#fragment = null
    this.#add({ type: 'text', text })
  }

  /** Whatever is open ends here, as tags that are never closed leave it. */
  #endText(): void {
    if (this.#table !== undefined) this.#endTable()
    if (this.#code !== undefined) this.#endCode()
    if (this.#heading !== undefined) this.#endHeading(this.#heading)
    this.#lists.length = 0
    this.#endParagraph()
  }

  #add(block: Block): void {
    this.#all.push(block)
    if (this.#mains > 0) this.#main.push(block)
  }
}

/** Stands for a space that is meant, until white space has been made one. */
const indentMark = '\u{e000}'

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ').replaceAll(indentMark, '').trim()
}

function lines(text: string): string {
  return text
    .split('\n')
    .map((line) => line.replaceAll(/\s+/g, ' ').trim().replaceAll(indentMark, ' '))
    .filter((line) => line.trim() !== '')
    .join('\n')
}
