import { isJsonObject, isRawNumber } from '@fairlead/base'

import { compareYamlKeys } from './yaml-key-order.ts'
import { yamlKey, yamlString } from './yaml-string.ts'

/** Longer keys are introduced by a question mark. */
const simpleKeyBytes = 128

/** A JSON value as Kubernetes' YAML answers write it: keys in their order, lists not indented. */
export function writeYaml(value: unknown): string {
  const parts: string[] = []
  write(value, 0, 0, parts)
  return `${parts.join('')}\n`
}

/** The same text of a list in pieces, one for each item and one for each other field. */
export function* yamlPieces(list: Readonly<Record<string, unknown>>): Generator<string> {
  for (const name of Object.keys(list).toSorted(compareYamlKeys)) {
    const value = list[name]
    if (value === undefined) continue
    if (!Array.isArray(value) || value.length === 0) {
      yield writeYaml({ [name]: value })
      continue
    }
    yield `${yamlKey(name)}:\n`
    for (const item of value) yield writeYaml([item])
  }
}

/** Writes a value that begins at `column`, in a line that has begun. */
function write(value: unknown, indent: number, column: number, parts: string[]): void {
  if (Array.isArray(value) && value.length > 0) return writeList(value, indent, parts)
  if (isJsonObject(value) && Object.keys(value).length > 0) return writeMap(value, indent, parts)
  parts.push(scalar(value, indent, column))
}

function writeMap(map: Record<string, unknown>, indent: number, parts: string[]): void {
  const present = Object.keys(map).filter((name) => map[name] !== undefined)
  for (const [index, name] of present.toSorted(compareYamlKeys).entries()) {
    if (index > 0) startLine(indent, parts)
    const key = yamlKey(name)
    if (Buffer.byteLength(name) <= simpleKeyBytes) {
      parts.push(key, ':')
      writeMember(map[name], indent, indent + key.length + 1, parts)
    } else {
      parts.push('? ', key)
      startLine(indent, parts)
      parts.push(': ')
      write(map[name], indent + 2, indent + 2, parts)
    }
  }
}

function writeMember(value: unknown, indent: number, column: number, parts: string[]): void {
  if (Array.isArray(value) && value.length > 0) {
    startLine(indent, parts)
    return writeList(value, indent, parts)
  }
  if (isJsonObject(value) && Object.keys(value).length > 0) {
    startLine(indent + 2, parts)
    return writeMap(value, indent + 2, parts)
  }
  parts.push(' ', scalar(value, indent + 2, column + 1))
}

function writeList(list: readonly unknown[], indent: number, parts: string[]): void {
  for (const [index, item] of list.entries()) {
    if (index > 0) startLine(indent, parts)
    parts.push('- ')
    write(item, indent + 2, indent + 2, parts)
  }
}

function startLine(indent: number, parts: string[]): void {
  parts.push(`\n${' '.repeat(indent)}`)
}

function scalar(value: unknown, indent: number, column: number): string {
  if (Array.isArray(value)) return '[]'
  if (isRawNumber(value)) return value.rawJSON
  if (typeof value === 'string') return yamlString(value, indent, column)
  if (typeof value === 'number') return yamlNumber(value)
  if (typeof value === 'boolean') return String(value)
  return isJsonObject(value) ? '{}' : 'null'
}

/** Whole numbers that are written without an exponent. */
const wholeMax = 2 ** 64

/** As Go's `%g`: with an exponent from a million on, unless it is a whole number. */
function yamlNumber(value: number): string {
  if (Number.isInteger(value) && Math.abs(value) < wholeMax) return String(value)
  const [mantissa = '', exponent = '0'] = value.toExponential().split('e')
  const power = Number(exponent)
  if (power >= -4 && power < 6) return String(value)
  const digits = String(Math.abs(power)).padStart(2, '0')
  return `${mantissa}e${power < 0 ? '-' : '+'}${digits}`
}
