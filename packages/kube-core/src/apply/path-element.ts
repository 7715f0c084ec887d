import {
  compareText,
  isJsonObject,
  isRawNumber,
  numberOrUndefined,
  parseJson,
  type JsonObject,
} from '@fairlead/base'
import { goQuote } from '../go-quote.ts'

/**
 * One step of a path in its wire form: `f:<name>` is a field, `k:<JSON>` the item of a map list
 * with these keys, `v:<JSON>` a member of a set, `i:<number>` an item of an atomic list. The JSON
 * is canonical (sorted keys), so equal steps are equal strings.
 */
export type PathElement = string

export function fieldElement(name: string): PathElement {
  return `f:${name}`
}

export function keyElement(keys: JsonObject): PathElement {
  const sorted = Object.entries(keys).toSorted(([a], [b]) => compareText(a, b))
  return `k:${wireJson(Object.fromEntries(sorted))}`
}

export function valueElement(value: unknown): PathElement {
  return `v:${wireJson(value)}`
}

/** The name of a field step; undefined for the other steps. */
export function fieldNameOf(element: PathElement): string | undefined {
  return element.startsWith('f:') ? element.slice(2) : undefined
}

/**
 * Canonicalizes a step that a client wrote. Undefined for unknown kinds of steps, which are
 * ignored. Throws when a step is malformed.
 */
export function canonicalElement(text: string): PathElement | undefined {
  if (text.length < 2) throw new SyntaxError('key must be 2 characters long:')
  if (text[1] !== ':') throw new SyntaxError(`missing colon: ${text}`)
  switch (text.charAt(0)) {
    case 'f':
      return text
    case 'v':
      return valueElement(parseJson(text.slice(2)))
    case 'k': {
      const keys: unknown = parseJson(text.slice(2))
      if (!isJsonObject(keys)) throw new SyntaxError(`not a list map key: ${text}`)
      return keyElement(keys)
    }
    case 'i': {
      const index = Number(text.slice(2))
      if (!Number.isInteger(index)) throw new SyntaxError(`not an index: ${text}`)
      return `i:${index}`
    }
    default:
      return undefined
  }
}

/** A path as shown in messages: `.spec.ports[port=80,protocol="TCP"].name`. */
export function formatPath(path: readonly PathElement[]): string {
  return path.map(formatElement).join('')
}

/** One step as shown in messages. */
export function formatElement(element: PathElement): string {
  const text = element.slice(2)
  switch (element.charAt(0)) {
    case 'f':
      return `.${text}`
    case 'k':
      return `[${Object.entries(parseJson(text) as JsonObject)
        .map(([name, value]) => `${name}=${formatValue(value)}`)
        .join(',')}]`
    case 'v':
      return `[=${formatValue(parseJson(text))}]`
    default:
      return `[${text}]`
  }
}

function formatValue(value: unknown): string {
  if (typeof value === 'string') return goQuote(value)
  if (Array.isArray(value)) return `[${value.map(formatValue).join(',')}]`
  if (isJsonObject(value)) {
    return Object.entries(value)
      .map(([name, part]) => `${name}=${formatValue(part)}`)
      .join('')
  }
  return isRawNumber(value) ? value.rawJSON : String(value)
}

const kindOrder = 'fkvi'

/** The serialization order of steps: fields, keys, values, indexes, each sorted. */
export function compareElements(a: PathElement, b: PathElement): number {
  if (a === b) return 0
  const kinds = kindOrder.indexOf(a.charAt(0)) - kindOrder.indexOf(b.charAt(0))
  if (kinds !== 0) return kinds
  if (a.startsWith('f:')) return compareText(a, b)
  return compareParts(orderedParts(a), orderedParts(b))
}

/** Flat list for keys: name, value, name, value; for other steps, their one value. */
function orderedParts(element: PathElement): unknown[] {
  const value: unknown = parseJson(element.slice(2))
  return isJsonObject(value) ? Object.entries(value).flat() : [value]
}

function compareParts(a: readonly unknown[], b: readonly unknown[]): number {
  for (const [index, left] of a.entries()) {
    if (index >= b.length) return 1
    const order = compareValues(left, b[index])
    if (order !== 0) return order
  }
  return a.length - b.length
}

const typeOrder = ['number', 'string', 'boolean', 'object']

function compareValues(a: unknown, b: unknown): number {
  const [left, right] = [numberOrUndefined(a), numberOrUndefined(b)]
  if (left !== undefined && right !== undefined) return left - right
  if (typeof a !== typeof b) return typeOrder.indexOf(typeof a) - typeOrder.indexOf(typeof b)
  return compareText(wireJson(a), wireJson(b))
}

/** JSON with the escapes that the API server uses. */
function wireJson(value: unknown): string {
  return JSON.stringify(value).replace(/[<>&\u2028\u2029]/g, (character) => {
    return '\\u' + character.charCodeAt(0).toString(16).padStart(4, '0')
  })
}
