import { goQuote } from './go-quote.ts'
import { GoSyntax, goValue } from './go-syntax.ts'

/** The kinds of field errors that the API server distinguishes. */
export type FieldErrorType =
  | 'Required'
  | 'Invalid'
  | 'Unsupported'
  | 'Duplicate'
  | 'Forbidden'
  | 'TooLong'
  | 'TooMany'
  | 'TooShort'
  | 'TooFew'
  | 'NotFound'
  | 'TypeInvalid'
  | 'Internal'

/** A validation error of one field. */
export interface FieldError {
  type: FieldErrorType
  /** A path such as `spec.containers[0].name`. */
  field: string
  /** The rejected value, as JSON or as `GoSyntax`; omitted from the message when undefined. */
  badValue?: unknown
  detail: string
}

const wording: Record<FieldErrorType, { text: string; cause: string; showsValue: boolean }> = {
  Required: { text: 'Required value', cause: 'FieldValueRequired', showsValue: false },
  Invalid: { text: 'Invalid value', cause: 'FieldValueInvalid', showsValue: true },
  Unsupported: { text: 'Unsupported value', cause: 'FieldValueNotSupported', showsValue: true },
  Duplicate: { text: 'Duplicate value', cause: 'FieldValueDuplicate', showsValue: true },
  Forbidden: { text: 'Forbidden', cause: 'FieldValueForbidden', showsValue: false },
  TooLong: { text: 'Too long', cause: 'FieldValueTooLong', showsValue: false },
  TooMany: { text: 'Too many', cause: 'FieldValueTooMany', showsValue: true },
  TooShort: { text: 'Too short', cause: 'FieldValueTooShort', showsValue: false },
  TooFew: { text: 'Too few', cause: 'FieldValueTooFew', showsValue: true },
  NotFound: { text: 'Not found', cause: 'FieldValueNotFound', showsValue: true },
  TypeInvalid: { text: 'Invalid value', cause: 'FieldValueTypeInvalid', showsValue: true },
  Internal: { text: 'Internal error', cause: 'InternalError', showsValue: false },
}

/** The message without the field, as in `details.causes[].message`. */
export function fieldErrorBody(error: FieldError): string {
  const { text, showsValue } = wording[error.type]
  const value = showsValue && error.badValue !== undefined ? `: ${printValue(error.badValue)}` : ''
  const detail = error.detail === '' ? '' : `: ${error.detail}`
  return text + value + detail
}

/** The full message in the API server's wording: `spec.x: Invalid value: "…": detail`. */
export function fieldErrorMessage(error: FieldError): string {
  return `${error.field}: ${fieldErrorBody(error)}`
}

/** The machine-readable cause, for example `FieldValueInvalid`. */
export function fieldErrorCause(type: FieldErrorType): string {
  return wording[type].cause
}

/** The detail `supported values: "a", "b"` for a list that the caller has sorted. */
export function supportedValues(values: readonly string[]): string {
  if (values.length === 0) return ''
  return 'supported values: ' + values.map(goQuote).join(', ')
}

/** As `field.Invalid` of Kubernetes' field errors; so are the others below. */
export function invalidField(field: string, badValue: unknown, detail: string): FieldError {
  return { type: 'Invalid', field, badValue, detail }
}

export function requiredField(field: string, detail = ''): FieldError {
  return { type: 'Required', field, detail }
}

export function forbiddenField(field: string, detail: string): FieldError {
  return { type: 'Forbidden', field, detail }
}

export function duplicateField(field: string, badValue: unknown): FieldError {
  return { type: 'Duplicate', field, badValue, detail: '' }
}

/** `supported` in the order in which the real server lists them, mostly sorted. */
export function unsupportedField(
  field: string,
  badValue: unknown,
  supported: readonly string[],
): FieldError {
  return { type: 'Unsupported', field, badValue, detail: supportedValues(supported) }
}

export function tooLongField(field: string, bytesMax: number): FieldError {
  return { type: 'TooLong', field, detail: `may not be more than ${bytesMax} bytes` }
}

export function tooManyItems(field: string, count: number, max: number): FieldError {
  return { type: 'TooMany', field, badValue: count, detail: `must have at most ${max} items` }
}

/** As Go prints it: texts quoted, null as a text, objects and lists in Go's notation. */
function printValue(value: unknown): string {
  if (value instanceof GoSyntax) return value.text
  if (value === null) return '"null"'
  return typeof value === 'object' ? goValue(value) : printScalar(value)
}

function printScalar(value: unknown): string {
  return typeof value === 'string' ? goQuote(value) : String(value)
}
