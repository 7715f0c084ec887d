import { fieldErrorMessage } from '../field-error.ts'
import type { FieldError } from '../field-error.ts'
import { checkLabelKey, checkLabelValue } from '../metadata/names.ts'
import { errors } from '../status-error.ts'

export type LabelOperator = '=' | '==' | '!=' | 'in' | 'notin' | 'exists' | '!' | '>' | '<'

/** One term of a label selector. `values` is sorted and without duplicates. */
export interface LabelRequirement {
  readonly key: string
  readonly operator: LabelOperator
  readonly values: readonly string[]
}

/** Builds a term; throws a bad request with the API server's wording when it is not valid. */
export function labelRequirement(
  key: string,
  operator: LabelOperator,
  values: readonly string[],
): LabelRequirement {
  const sorted = [...new Set(values)].toSorted(byCodePoint)
  const problems = [
    ...checkKey(key, 'key'),
    ...checkCount(operator, sorted),
    ...sorted.flatMap((value, index) => checkValue(key, value, index)),
  ]
  if (problems.length > 0) throw errors.badRequest(joinProblems(problems))
  return { key, operator, values: sorted }
}

/** Validation errors for the key of a term, at the given path. */
export function checkKey(key: string, field: string): FieldError[] {
  const problems = checkLabelKey(key)
  if (problems.length === 0) return []
  return [{ type: 'Invalid', field, badValue: key, detail: problems.join('; ') }]
}

function checkValue(key: string, value: string, index: number): FieldError[] {
  const problems = checkLabelValue(value)
  if (problems.length === 0) return []
  const field = `values[${index}][${key}]`
  return [{ type: 'Invalid', field, badValue: value, detail: problems.join('; ') }]
}

function checkCount(operator: LabelOperator, values: readonly string[]): FieldError[] {
  const wrong = (detail: string): FieldError[] => [
    { type: 'Invalid', field: 'values', badValue: values, detail },
  ]
  switch (operator) {
    case 'in':
    case 'notin':
      return values.length > 0
        ? []
        : wrong("for 'in', 'notin' operators, values set can't be empty")
    case '=':
    case '==':
    case '!=':
      return values.length === 1 ? [] : wrong('exact-match compatibility requires one single value')
    case 'exists':
    case '!':
      return values.length === 0
        ? []
        : wrong('values set must be empty for exists and does not exist')
    case '>':
    case '<':
      if (values.length !== 1) {
        return wrong("for 'Gt', 'Lt' operators, exactly one value is required")
      }
      return values.flatMap(checkInteger)
  }
}

function checkInteger(value: string, index: number): FieldError[] {
  if (parseInteger(value) !== undefined) return []
  const detail = "for 'Gt', 'Lt' operators, the value must be an integer"
  return [{ type: 'Invalid', field: `values[${index}]`, badValue: value, detail }]
}

function joinProblems(problems: readonly FieldError[]): string {
  const messages = problems.map(fieldErrorMessage)
  return messages.length === 1 ? (messages[0] ?? '') : `[${messages.join(', ')}]`
}

/** Whether labels satisfy one term. A missing label satisfies only `!=`, `notin` and `!`. */
export function matchesRequirement(
  requirement: LabelRequirement,
  labels: Readonly<Record<string, string>>,
): boolean {
  const { key, operator, values } = requirement
  const value = Object.hasOwn(labels, key) ? labels[key] : undefined
  switch (operator) {
    case '=':
    case '==':
    case 'in':
      return value !== undefined && values.includes(value)
    case '!=':
    case 'notin':
      return value === undefined || !values.includes(value)
    case 'exists':
      return value !== undefined
    case '!':
      return value === undefined
    case '>':
    case '<':
      return compareIntegers(value, operator, values[0])
  }
}

function compareIntegers(value: string | undefined, operator: '>' | '<', bound?: string): boolean {
  const left = value === undefined ? undefined : parseInteger(value)
  const right = bound === undefined ? undefined : parseInteger(bound)
  if (left === undefined || right === undefined) return false
  return operator === '>' ? left > right : left < right
}

function parseInteger(text: string): bigint | undefined {
  if (!/^[+-]?\d+$/.test(text)) return undefined
  const value = BigInt(text.startsWith('+') ? text.slice(1) : text)
  return BigInt.asIntN(64, value) === value ? value : undefined
}

/** The term in selector syntax. */
export function formatRequirement({ key, operator, values }: LabelRequirement): string {
  switch (operator) {
    case 'exists':
      return key
    case '!':
      return `!${key}`
    case 'in':
    case 'notin':
      return `${key} ${operator} (${values.join(',')})`
    case '=':
    case '==':
    case '!=':
    case '>':
    case '<':
      return key + operator + values.join(',')
  }
}

function byCodePoint(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
