import {
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  type Document,
  type LineCounter,
  type YAMLMap,
} from 'yaml'
import type { ConversionNotes, SettingPlace } from './conversion-notes.ts'
import type { Variables } from './variables.ts'

/** Maps that a map may be merged from (`<<`), with those that they are merged from. */
const mergesMax = 64

/** What all parts of one configuration share. */
export interface ConfigReader {
  readonly document: Document
  readonly lineCounter: LineCounter
  readonly notes: ConversionNotes
  readonly variables: Variables
  /** All sections that were looked into. */
  readonly sections: ConfigSection[]
}

/** A value of the configuration, and where it stands. */
export class ConfigValue implements SettingPlace {
  readonly path: string
  readonly line: number
  readonly #node: unknown
  readonly #reader: ConfigReader

  constructor(reader: ConfigReader, node: unknown, path: string, line: number) {
    this.#reader = reader
    this.#node = isAlias(node) ? node.resolve(reader.document) : node
    this.path = path
    this.line = line
  }

  get isNull(): boolean {
    return this.#node === null || this.#node === undefined || this.rawText === ''
  }

  /** Whether other parts of the configuration can name it. */
  get hasAnchor(): boolean {
    return isNode(this.#node) && 'anchor' in this.#node && this.#node.anchor !== undefined
  }

  get isSection(): boolean {
    return isMap(this.#node)
  }

  /** As it is written, without quotes; undefined if it is no scalar. */
  get rawText(): string | undefined {
    return scalarText(this.#node)
  }

  /** As it is written; undefined, and told, if it is no scalar. */
  scalar(): string | undefined {
    const raw = this.rawText
    if (raw === undefined && !this.isNull) this.#refuse('a text')
    return raw
  }

  /**
   * As LiteLLM reads it, the value of a variable that is named; undefined, and told, where there is
   * none. `standIn` is what the manifests have then.
   */
  text(standIn?: string): string | undefined {
    const raw = this.scalar()
    if (raw === undefined) return undefined
    const variable = variableIn(raw)
    if (variable === undefined) return raw === '' ? undefined : raw
    const value = this.#reader.variables.get(variable)
    if (value !== undefined) return value
    const byHand = standIn === undefined ? 'add what is missing' : `replace ${standIn}`
    this.note(
      'lost',
      `the variable ${variable} is not set here: set it and convert again, or ${byHand} by hand`,
    )
    return undefined
  }

  number(): number | undefined {
    const text = this.text()
    if (text === undefined) return undefined
    // YAML 1.1, which LiteLLM reads, has 20_000.
    const number = Number(text.replaceAll('_', ''))
    if (Number.isFinite(number)) return number
    this.#refuse('a number')
    return undefined
  }

  /** A number above 0; what is not is told, and left out. */
  positive(): number | undefined {
    const number = this.number()
    if (number === undefined || number > 0) return number
    this.note('lost', 'it must be more than 0: it is left out')
    return undefined
  }

  /** A whole number from 1; what is not above 0 is told, and left out. */
  count(): number | undefined {
    const number = this.positive()
    return number === undefined ? undefined : Math.max(1, Math.round(number))
  }

  boolean(): boolean | undefined {
    const text = this.text()?.toLowerCase()
    if (text === undefined) return undefined
    if (['true', 'yes', 'on', '1'].includes(text)) return true
    if (['false', 'no', 'off', '0'].includes(text)) return false
    this.#refuse('true or false')
    return undefined
  }

  /** Its entries; empty, and told, if it is no map. */
  section(): ConfigSection {
    const values = new Map<string, ConfigValue>()
    if (isMap(this.#node)) this.#collect(this.#node, values, new Set())
    else if (!this.isNull) this.#refuse('a map')
    const section = new ConfigSection(this, values)
    this.#reader.sections.push(section)
    return section
  }

  /** Its items; one, if it is a single value. */
  items(): readonly ConfigValue[] {
    if (this.isNull) return []
    if (!isSeq(this.#node)) return [this]
    return this.#node.items.map(
      (item, index) =>
        new ConfigValue(
          this.#reader,
          item,
          `${this.path}[${index}]`,
          this.#lineOf(item) ?? this.line,
        ),
    )
  }

  note(severity: Parameters<ConversionNotes['add']>[0], message: string): void {
    this.#reader.notes.add(severity, this, message)
  }

  #refuse(expected: string): void {
    this.note('lost', `expected ${expected}`)
  }

  /** What a map has of its own wins over what it is merged from. */
  #collect(map: YAMLMap, values: Map<string, ConfigValue>, seen: Set<unknown>): void {
    if (seen.has(map) || seen.size >= mergesMax) return
    seen.add(map)
    const merged: unknown[] = []
    for (const { key, value } of map.items) {
      const name = isScalar(key) ? String(key.value) : ''
      if (name === '<<') {
        merged.push(...(isSeq(value) ? value.items : [value]))
      } else if (!values.has(name)) {
        const path = this.path === '' ? name : `${this.path}.${name}`
        const line = this.#lineOf(key) ?? this.line
        values.set(name, new ConfigValue(this.#reader, value, path, line))
      }
    }
    for (const each of merged) {
      const other = isAlias(each) ? each.resolve(this.#reader.document) : each
      if (isMap(other)) this.#collect(other, values, seen)
    }
  }

  #lineOf(node: unknown): number | undefined {
    if (typeof node !== 'object' || node === null || !('range' in node)) return undefined
    const range = node.range as readonly number[] | null | undefined
    return range?.[0] === undefined ? undefined : this.#reader.lineCounter.linePos(range[0]).line
  }
}

/** A scalar as it is written, without quotes; empty for null, undefined for what is no scalar. */
export function scalarText(node: unknown): string | undefined {
  if (!isScalar(node)) return undefined
  const { source, value } = node
  if (value === null || value === undefined) return ''
  return typeof value === 'string' ? value.trim() : (source ?? JSON.stringify(value))
}

/** The variable that `os.environ/NAME` names; undefined for any other text. */
export function variableIn(text: string): string | undefined {
  return /^os\.environ\/(\S+)$/.exec(text)?.[1]
}

/**
 * A map of the configuration that remembers which of its entries were read: what nobody reads is
 * told, so that no setting is lost silently.
 */
export class ConfigSection {
  readonly place: SettingPlace
  readonly #values: ReadonlyMap<string, ConfigValue>
  readonly #read: Set<string>
  readonly #otherwise: ConfigSection | undefined

  constructor(
    place: SettingPlace,
    values: ReadonlyMap<string, ConfigValue>,
    { read = new Set<string>(), otherwise }: { read?: Set<string>; otherwise?: ConfigSection } = {},
  ) {
    this.place = place
    this.#values = values
    this.#read = read
    this.#otherwise = otherwise
  }

  /** The same, where another section has what this one, and what it falls back to, lack. */
  or(otherwise: ConfigSection): ConfigSection {
    const last = this.#otherwise === undefined ? otherwise : this.#otherwise.or(otherwise)
    return new ConfigSection(this.place, this.#values, { read: this.#read, otherwise: last })
  }

  take(key: string): ConfigValue | undefined {
    this.#read.add(key)
    const own = this.#values.get(key)
    if (own !== undefined && !own.isNull) return own
    return this.#otherwise?.take(key)
  }

  text(key: string): string | undefined {
    return this.take(key)?.text()
  }

  number(key: string): number | undefined {
    return this.take(key)?.number()
  }

  /** A number above 0; what is not is told, and left out. */
  positive(key: string): number | undefined {
    return this.take(key)?.positive()
  }

  /** A whole number from 1; what is not above 0 is told, and left out. */
  count(key: string): number | undefined {
    return this.take(key)?.count()
  }

  boolean(key: string): boolean | undefined {
    return this.take(key)?.boolean()
  }

  section(key: string): ConfigSection {
    return this.take(key)?.section() ?? new ConfigSection(this.place, new Map())
  }

  items(key: string): readonly ConfigValue[] {
    return this.take(key)?.items() ?? []
  }

  /** All entries that have a value, which count as read. */
  entries(): readonly (readonly [key: string, value: ConfigValue])[] {
    for (const key of this.#values.keys()) this.#read.add(key)
    return [...this.#values].filter(([, value]) => !value.isNull)
  }

  /** What nobody has read. */
  unread(): readonly ConfigValue[] {
    return [...this.#values].filter(([key]) => !this.#read.has(key)).map(([, value]) => value)
  }
}
