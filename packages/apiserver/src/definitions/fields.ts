import { isJsonObject } from '@fairlead/base'

/** An object's fields, or those of a part of it, as an open record. */
export type Fields = Readonly<Record<string, unknown>>

const none: Fields = Object.freeze({})

/** A field that is an object; empty when it is absent or something else. */
export function recordAt(of: Fields, field: string): Record<string, unknown> {
  const value = of[field]
  return isJsonObject(value) ? value : { ...none }
}

/** A field that is an object; undefined when it is absent or something else. */
export function optionalRecordAt(of: Fields, field: string): Record<string, unknown> | undefined {
  const value = of[field]
  return isJsonObject(value) ? value : undefined
}

/** A field's text; empty when it is absent or not a string. */
export function textAt(of: Fields, field: string): string {
  const value = of[field]
  return typeof value === 'string' ? value : ''
}

/** A field's text; undefined when it is absent or not a string. */
export function optionalTextAt(of: Fields, field: string): string | undefined {
  const value = of[field]
  return typeof value === 'string' ? value : undefined
}

/** A field's number; undefined when it is absent or not a number. */
export function numberAt(of: Fields, field: string): number | undefined {
  const value = of[field]
  return typeof value === 'number' ? value : undefined
}

/** A field that is a list; empty when it is absent or something else. */
export function listAt(of: Fields, field: string): readonly unknown[] {
  const value = of[field]
  return Array.isArray(value) ? value : []
}

/** The objects of a field that is a list of them. */
export function recordsAt(of: Fields, field: string): readonly Record<string, unknown>[] {
  return listAt(of, field).map((item) => (isJsonObject(item) ? item : {}))
}

/** The strings of a field that is a list of them. */
export function textsAt(of: Fields, field: string): readonly string[] {
  return listAt(of, field).map((item) => (typeof item === 'string' ? item : ''))
}

/** The strings of a field that is a map of them. */
export function textMapAt(of: Fields, field: string): Readonly<Record<string, string>> {
  return recordAt(of, field) as Record<string, string>
}
