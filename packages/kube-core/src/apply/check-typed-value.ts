import { isJsonObject, isRawNumber, numberOrUndefined } from '@fairlead/base'
import { goQuote } from '../go-quote.ts'
import { fieldTypeIn, narrowType } from './field-type.ts'
import type { FieldType, ListType, MapType, ScalarType } from './field-type.ts'
import { listElement } from './list-element.ts'
import { fieldElement, formatElement } from './path-element.ts'
import { TypedValueError } from './typed-value-error.ts'

/**
 * Checks that a configuration can be merged: values have the schema's types, fields are declared
 * and list items are unique. Throws a `TypedValueError` otherwise.
 */
export function checkTypedValue(value: unknown, type: FieldType): void {
  const problems = [...check(value, type, '')]
  if (problems.length > 0) throw new TypedValueError(problems)
}

function* check(value: unknown, type: FieldType, path: string): Generator<string> {
  const { map, scalar, list } = narrowType(type, value)
  const prefix = path === '' ? '' : `${path}: `
  if (map !== undefined) {
    if (isJsonObject(value)) yield* checkFields(value, map, path)
    else if (value !== null) yield `${prefix}expected map, got ${describe(value)}`
  } else if (scalar !== undefined) {
    const problem = checkScalar(value, scalar)
    if (problem !== undefined) yield prefix + problem
  } else if (list !== undefined) {
    if (Array.isArray(value)) yield* checkItems(value, list, path)
    else if (value !== null) yield `${prefix}expected list, got ${describe(value)}`
  }
}

function* checkFields(value: object, map: MapType, path: string): Generator<string> {
  for (const [name, part] of Object.entries(value)) {
    const below = path + formatElement(fieldElement(name))
    const type = fieldTypeIn(map, name)
    if (type === undefined) {
      yield `${below}: field not declared in schema`
      return
    }
    yield* check(part, type, below)
  }
}

function* checkItems(items: readonly unknown[], list: ListType, path: string): Generator<string> {
  const seen = new Set<string>()
  const prefix = path === '' ? '' : `${path}: `
  for (const [index, item] of items.entries()) {
    let element = `i:${index}`
    if (!list.atomic) {
      try {
        element = listElement(list, item)
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error)
        yield `${prefix}element ${index}: ${reason}`
        return
      }
      if (seen.has(element)) yield `${prefix}duplicate entries for key ${formatElement(element)}`
      seen.add(element)
    }
    yield* check(item, list.element, path + formatElement(element))
  }
}

function checkScalar(value: unknown, scalar: ScalarType): string | undefined {
  if (value === null) return undefined
  switch (scalar) {
    case 'numeric':
      if (numberOrUndefined(value) !== undefined) return undefined
      return `expected numeric (int or float), got ${goTypeOf(value)}`
    case 'string':
      if (typeof value === 'string') return undefined
      return `expected string, got &value.valueUnstructured{Value:${describeExact(value)}}`
    case 'boolean':
      return typeof value === 'boolean' ? undefined : `expected boolean, got ${describe(value)}`
    case 'untyped':
      return typeof value === 'object' && !isRawNumber(value)
        ? `expected any scalar, got ${describe(value)}`
        : undefined
  }
}

function goTypeOf(value: unknown): string {
  if (typeof value === 'string') return 'string'
  if (typeof value === 'boolean') return 'bool'
  return Array.isArray(value) ? '[]interface {}' : 'map[string]interface {}'
}

/** The format of a wrapped value with Go's `%v`. */
function describe(value: unknown): string {
  return `&{${describePlain(value)}}`
}

function describePlain(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(describePlain).join(' ')}]`
  if (isJsonObject(value)) {
    const parts = Object.keys(value).toSorted()
    return `map[${parts.map((name) => `${name}:${describePlain(value[name])}`).join(' ')}]`
  }
  if (typeof value === 'string') return value
  return value === null ? '<nil>' : JSON.stringify(value)
}

/** The format of a value with Go's `%#v`. */
function describeExact(value: unknown): string {
  if (typeof value === 'string') return goQuote(value)
  if (Array.isArray(value)) return `[]interface {}{${value.map(describeExact).join(', ')}}`
  if (isJsonObject(value)) {
    const parts = Object.keys(value).toSorted()
    const shown = parts.map((name) => `${goQuote(name)}:${describeExact(value[name])}`)
    return `map[string]interface {}{${shown.join(', ')}}`
  }
  return value === null ? 'interface {}(nil)' : JSON.stringify(value)
}
