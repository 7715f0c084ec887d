import { compareText } from '@fairlead/base'
import {
  Composer,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  Lexer,
  Parser,
  type CST,
  type Document,
  type Node,
} from 'yaml'

import { BodyError } from './body-error.ts'
import { DuplicateKeys } from './duplicate-keys.ts'
import { nestingDepthMax } from './json-syntax-error.ts'
import { parseJsonText } from './json-text.ts'
import { readPlainYaml } from './plain-yaml.ts'
import { yamlSyntaxError } from './yaml-error.ts'
import { resolvePlainScalar } from './yaml-scalar.ts'

/** A YAML text as JSON, and what a strict reader objects to. */
interface YamlText {
  readonly value: unknown
  /** Such as `line 2: key "a" already set in map`. */
  readonly duplicateKeys: readonly string[]
}

/** Reading all of YAML takes several microseconds a byte, in which nobody else has a turn. */
const anyYamlBytesMax = 256 * 1024

/**
 * Reads the first document of a YAML text as Kubernetes does: YAML 1.1, keys become texts, of equal
 * keys the last counts, aliases may not multiply. Text that is JSON, or as plain as manifests are, is
 * read as such, which is much faster and means the same; only that may be long.
 *
 * @throws BodyError
 */
export function parseYamlText(bytes: Buffer): YamlText {
  const json = jsonOrUndefined(bytes)
  if (json !== undefined) return json
  const text = bytes.toString('utf8')
  const plain = readPlainYaml(text)
  if (plain !== undefined) return plain
  if (bytes.length > anyYamlBytesMax) {
    throw new BodyError(
      `yaml: a document of more than ${anyYamlBytesMax} bytes must be JSON or plain YAML, without anchors, tags and texts that are folded or quoted over several lines`,
    )
  }
  return parseAnyYaml(text)
}

/** Only what has no number or text that YAML might read differently: an object in braces. */
function jsonOrUndefined(bytes: Buffer): YamlText | undefined {
  if (bytes[0] !== 0x7b) return undefined
  try {
    return { value: parseJsonText(bytes), duplicateKeys: [] }
  } catch (error) {
    if (error instanceof BodyError) return undefined
    throw error
  }
}

/** Reads all of YAML. @throws BodyError */
export function parseAnyYaml(text: string): YamlText {
  const document = firstDocumentOf(text)
  if (document === undefined) return { value: null, duplicateKeys: [] }
  if (/^%YAML (?!1\.1\s)/m.test(text.slice(0, document.range?.[0]))) {
    throw new BodyError('yaml: found incompatible YAML document')
  }
  const [problem] = document.errors
  if (problem !== undefined) throw new BodyError(yamlSyntaxError(problem, text))
  const reader = new DocumentReader(text, document)
  return { value: reader.read(), duplicateKeys: reader.duplicateKeys }
}

/** Reads no further than the first document ends. */
function firstDocumentOf(text: string): Document | undefined {
  const composer = new Composer({
    version: '1.1',
    schema: 'failsafe',
    // Comparing every key with all others takes quadratic time.
    uniqueKeys: false,
    prettyErrors: false,
    keepSourceTokens: false,
  })
  try {
    const [document] = composer.compose(tokensOf(text))
    return document
  } catch (error) {
    if (error instanceof RangeError)
      throw new BodyError('yaml: exceeded max depth', { cause: error })
    throw error
  }
}

/** Parsing what is nested too deep would take a long time, only to be refused. */
function* tokensOf(text: string): Generator<CST.Token> {
  const parser = new Parser()
  for (const lexeme of new Lexer().lex(text)) {
    yield* parser.next(lexeme)
    if (parser.stack.length > stackMax) throw new BodyError('yaml: exceeded max depth')
  }
  yield* parser.end()
}

/** A level of nesting takes at most two places. */
const stackMax = 2 * nestingDepthMax + 10

/** Aliases as a share of everything: 99 % in small documents, 10 % in large ones, as in yaml.v2. */
const aliasShare = { small: 0.99, large: 0.1, smallNodes: 400_000, largeNodes: 4_000_000 }

class DocumentReader {
  readonly #duplicates = new DuplicateKeys()
  readonly #document: Document
  readonly #text: string
  readonly #anchors = new Map<string, Node>()
  readonly #open = new Set<Node>()
  #nodes = 0
  #aliasNodes = 0
  #aliasDepth = 0
  /** The line that was looked up last, and where it begins. */
  #line = { number: 1, offset: 0 }

  constructor(text: string, document: Document) {
    this.#text = text
    this.#document = document
  }

  get duplicateKeys(): readonly string[] {
    return this.#duplicates.messages
  }

  read(): unknown {
    return this.#read(this.#document.contents, 0)
  }

  #read(node: Node | null | undefined, depth: number): unknown {
    this.#count()
    if (depth > nestingDepthMax) throw new BodyError('yaml: exceeded max depth')
    if (node === null || node === undefined) return null
    if (isAlias(node)) return this.#alias(node.source, depth)
    if (node.anchor !== undefined) this.#anchors.set(node.anchor, node)
    if (isMap(node)) return this.#within(node, () => this.#map(node.items, depth))
    if (isSeq(node)) {
      return this.#within(node, () => node.items.map((item) => this.#read(item as Node, depth + 1)))
    }
    return isScalar(node) ? jsonScalar(scalarOf(node)) : null
  }

  #count(): void {
    this.#nodes += 1
    if (this.#aliasDepth > 0) this.#aliasNodes += 1
    const { small, large, smallNodes, largeNodes } = aliasShare
    if (this.#aliasNodes <= 100 || this.#nodes <= 1000) return
    const size = Math.min(Math.max(this.#nodes, smallNodes), largeNodes)
    const allowed = small - ((small - large) * (size - smallNodes)) / (largeNodes - smallNodes)
    if (this.#aliasNodes / this.#nodes > allowed) {
      throw new BodyError('yaml: document contains excessive aliasing')
    }
  }

  #alias(name: string, depth: number): unknown {
    const target = this.#anchors.get(name)
    if (target === undefined) throw new BodyError(`yaml: unknown anchor '${name}' referenced`)
    if (this.#open.has(target)) throw new BodyError(`yaml: anchor '${name}' value contains itself`)
    this.#aliasDepth += 1
    const value = this.#read(target, depth)
    this.#aliasDepth -= 1
    return value
  }

  #within<T>(node: Node, read: () => T): T {
    this.#open.add(node)
    const value = read()
    this.#open.delete(node)
    return value
  }

  /** In the order of the keys, as Go writes maps. */
  #map(pairs: readonly { key: unknown; value: unknown }[], depth: number): unknown {
    const members = new Map<string, unknown>()
    const merged = new Map<string, unknown>()
    for (const { key, value } of pairs) {
      if (isMergeKey(key)) {
        this.#merge(value as Node | null, merged, depth)
        continue
      }
      const name = this.#key(key as Node | null, depth)
      if (members.has(name)) this.#duplicate(name, key as Node | null)
      members.set(name, this.#read(value as Node | null, depth + 1))
    }
    const all = [...merged].filter(([name]) => !members.has(name)).concat([...members])
    return Object.fromEntries(all.toSorted(([left], [right]) => compareText(left, right)))
  }

  #merge(node: Node | null, into: Map<string, unknown>, depth: number): void {
    const value = this.#read(node, depth + 1)
    const maps: readonly unknown[] = Array.isArray(value) ? value.toReversed() : [value]
    for (const map of maps) {
      if (typeof map !== 'object' || map === null || Array.isArray(map)) {
        throw new BodyError('yaml: map merge requires map or sequence of maps as the value')
      }
      for (const [name, member] of Object.entries(map)) into.set(name, member)
    }
  }

  #key(node: Node | null, depth: number): string {
    const value = isScalar(node) ? scalarOf(node) : this.#read(node, depth + 1)
    if (value === null) {
      throw new BodyError('unsupported map key of type: %!s(<nil>), key: <nil>')
    }
    if (typeof value === 'object' && !JSON.isRawJSON(value))
      throw new BodyError('yaml: invalid map key')
    if (value === Infinity) return '.inf'
    if (value === -Infinity) return '-.inf'
    if (typeof value === 'number' && Number.isNaN(value)) return '.nan'
    return typeof value === 'string' ? value : JSON.stringify(value)
  }

  #duplicate(name: string, node: Node | null): void {
    if (this.#duplicates.isFull) return
    this.#duplicates.add(name, this.#lineAt(node?.range?.[0] ?? 0))
  }

  /** Offsets mostly grow, so that looking all of them up takes linear time. */
  #lineAt(offset: number): number {
    if (offset < this.#line.offset) this.#line = { number: 1, offset: 0 }
    let { number, offset: at } = this.#line
    for (;;) {
      const end = this.#text.indexOf('\n', at)
      if (end === -1 || end >= offset) break
      number += 1
      at = end + 1
    }
    this.#line = { number, offset: at }
    return number
  }
}

function isMergeKey(key: unknown): boolean {
  return isScalar(key) && key.type === 'PLAIN' && key.tag === undefined && key.value === '<<'
}

function scalarOf(node: {
  value: unknown
  type?: string | undefined
  tag?: string | undefined
}): unknown {
  const text = typeof node.value === 'string' ? node.value : ''
  switch (node.tag) {
    case undefined:
      return node.type === 'PLAIN' ? resolvePlainScalar(text) : text
    case 'tag:yaml.org,2002:int':
    case 'tag:yaml.org,2002:float':
    case 'tag:yaml.org,2002:bool':
    case 'tag:yaml.org,2002:null':
      return resolvePlainScalar(text)
    case 'tag:yaml.org,2002:binary':
      return Buffer.from(text, 'base64').toString('utf8')
    default:
      return text
  }
}

function jsonScalar(value: unknown): unknown {
  if (typeof value !== 'number' || Number.isFinite(value)) return value
  const name = Number.isNaN(value) ? 'NaN' : value > 0 ? '+Inf' : '-Inf'
  throw new BodyError(`json: unsupported value: ${name}`)
}
