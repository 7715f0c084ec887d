import { isJsonObject } from '@fairlead/base'

/** An object within an object whose defaults are set. */
export type MutableFields = Record<string, unknown>

/** The object in a field, if there is one. */
export function fieldsAt(object: MutableFields, field: string): MutableFields | undefined {
  const value = object[field]
  return isJsonObject(value) ? value : undefined
}

/** The object in a field, which is put there when it is absent. */
export function fieldsWithin(object: MutableFields, field: string): MutableFields {
  const found = fieldsAt(object, field)
  if (found !== undefined) return found
  const made: MutableFields = {}
  object[field] = made
  return made
}

/** The objects of a list. */
export function itemsAt(object: MutableFields, field: string): MutableFields[] {
  const value = object[field]
  return Array.isArray(value) ? (value as unknown[]).filter(isMutable) : []
}

function isMutable(value: unknown): value is MutableFields {
  return isJsonObject(value)
}

/** For what Go has as a pointer: set when absent. */
export function defaultTo(object: MutableFields, field: string, value: unknown): void {
  if (object[field] === undefined || object[field] === null) object[field] = value
}

/** For what Go has as a value: set when absent or zero. */
export function defaultZeroTo(object: MutableFields, field: string, value: unknown): void {
  if (!object[field]) object[field] = value
}
