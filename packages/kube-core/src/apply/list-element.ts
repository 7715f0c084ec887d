import { isJsonObject, isRawNumber } from '@fairlead/base'
import { goQuote } from '../go-quote.ts'
import { member } from '../json-object.ts'
import type { ListType } from './field-type.ts'
import { keyElement, valueElement } from './path-element.ts'
import type { PathElement } from './path-element.ts'

/**
 * Names an item of a set or map list. Absent keys take their default. Throws a plain `Error` for an
 * item that cannot be named.
 */
export function listElement(type: ListType, item: unknown): PathElement {
  return type.keys.length > 0 ? keyedElement(type, item) : setElement(item)
}

function keyedElement(type: ListType, item: unknown): PathElement {
  if (item === null) throw new Error('associative list with keys may not have a null element')
  if (!isJsonObject(item)) {
    throw new Error('associative list with keys may not have non-map elements')
  }
  const keys: [string, unknown][] = []
  for (const name of type.keys) {
    const given = member(item, name)
    const value = given === undefined ? type.element.map?.defaultOf(name) : given
    if (value === undefined) {
      throw new Error(
        `associative list with keys has an element that omits key field ${goQuote(name)} (and doesn't have default value)`,
      )
    }
    keys.push([name, value])
  }
  return keyElement(Object.fromEntries(keys))
}

function setElement(item: unknown): PathElement {
  if (item === null) {
    throw new Error("associative list without keys has an element that's an explicit null")
  }
  if (Array.isArray(item)) {
    throw new Error('not supported: associative list with lists as elements')
  }
  if (typeof item === 'object' && !isRawNumber(item)) {
    throw new Error("associative list without keys has an element that's a map type")
  }
  return valueElement(item)
}
