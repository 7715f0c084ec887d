import { append, numberOrUndefined } from '@fairlead/base'
import { deepEqual } from '../deep-equal.ts'
import { supportedValues, type FieldError } from '../field-error.ts'
import { goQuote } from '../go-quote.ts'
import { hasFormat } from './formats.ts'
import type { Pattern } from '@fairlead/cel'
import type { StructuralSchema } from './structural-schema.ts'

/** The types that a schema allows; empty when it does not restrict them. */
export function jsonTypes(schema: StructuralSchema): string[] {
  if (schema['x-kubernetes-int-or-string']) return ['integer', 'string']
  return schema.type ? [schema.type] : []
}

/** OpenAPI's name for the type of a JSON value. */
export function typeName(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'array'
  const number = numberOrUndefined(value)
  if (number !== undefined) return Number.isInteger(number) ? 'integer' : 'number'
  return typeof value
}

export function validateEnum(value: unknown, schema: StructuralSchema, path: string): FieldError[] {
  if (!schema.enum || schema.enum.length === 0) return []
  if (schema.enum.some((allowed) => deepEqual(allowed, value))) return []
  const texts = schema.enum.map((allowed) =>
    typeof allowed === 'string' ? allowed : JSON.stringify(allowed),
  )
  return [{ type: 'Unsupported', field: path, badValue: value, detail: supportedValues(texts) }]
}

export function validateString(
  text: string,
  schema: StructuralSchema,
  path: string,
  patternOf: (pattern: string) => Pattern,
): FieldError[] {
  const errors: FieldError[] = []
  if (schema.maxLength !== undefined && isLonger(text, schema.maxLength)) {
    const unit = schema.maxLength === 1 ? 'byte' : 'bytes'
    const detail = `may not be more than ${schema.maxLength} ${unit}`
    errors.push({ type: 'TooLong', field: path, badValue: text, detail })
  }
  if (schema.minLength !== undefined && !isLonger(text, schema.minLength - 1)) {
    const detail = `${path} in body should be at least ${schema.minLength} chars long`
    errors.push(invalid(path, text, detail))
  }
  // A string that is too long is not matched: the length error is enough.
  if (schema.pattern && errors.length === 0 && !patternOf(schema.pattern).test(text)) {
    errors.push(invalid(path, text, `${path} in body should match '${schema.pattern}'`))
  }
  if (schema.format && !hasFormat(text, schema.format)) {
    const detail = `${path} in body must be of type ${schema.format}: ${goQuote(text)}`
    errors.push({ type: 'TypeInvalid', field: path, badValue: text, detail })
  }
  return errors
}

/**
 * Whether a text has more code points, which are what Go counts, than that. Each is one or two of
 * JavaScript's units, so most texts need no counting.
 */
function isLonger(text: string, codePoints: number): boolean {
  if (text.length <= codePoints) return false
  if (text.length > codePoints * 2) return true
  let count = 0
  for (const _ of text) count += 1
  return count > codePoints
}

export function validateNumber(
  value: number,
  schema: StructuralSchema,
  path: string,
): FieldError[] {
  const errors: FieldError[] = []
  const { multipleOf } = schema
  const minimum = limitFor(value, schema.minimum)
  const maximum = limitFor(value, schema.maximum)
  const should = (what: string) => {
    errors.push(invalid(path, value, `${path} in body should be ${what}`))
  }
  if (maximum !== undefined) {
    if (schema.exclusiveMaximum && value >= maximum) should(`less than ${maximum}`)
    else if (value > maximum) should(`less than or equal to ${maximum}`)
  }
  if (minimum !== undefined) {
    if (schema.exclusiveMinimum && value <= minimum) should(`greater than ${minimum}`)
    else if (value < minimum) should(`greater than or equal to ${minimum}`)
  }
  if (multipleOf !== undefined && !Number.isInteger(Number((value / multipleOf).toPrecision(15)))) {
    should(`a multiple of ${multipleOf}`)
  }
  if (schema.type === 'integer' || schema['x-kubernetes-int-or-string']) {
    append(errors, validateRange(value, schema.format, path))
  }
  return errors
}

/** A whole number is compared with the whole part of a limit, as the real server does. */
function limitFor(value: number, limit: number | undefined): number | undefined {
  return limit !== undefined && Number.isInteger(value) ? Math.trunc(limit) : limit
}

function validateRange(value: number, format: string | undefined, path: string): FieldError[] {
  if (format !== 'int32' || (value >= -(2 ** 31) && value < 2 ** 31)) return []
  const detail = `${path} in body must be of type int32: "int64"`
  return [{ type: 'TypeInvalid', field: path, badValue: 'number', detail }]
}

export function invalid(field: string, badValue: unknown, detail: string): FieldError {
  return { type: 'Invalid', field, badValue, detail }
}
