import {
  isJsonObject,
  isRawNumber,
  type JsonObject,
  numberOrUndefined,
  type RawNumber,
} from '@fairlead/base'
import { ModelError } from '../errors/model-error.ts'

/**
 * The error for one invalid field of a caller's request; `param` is its path. The problem is a
 * sentence that says what is wrong and what is expected.
 */
export function invalidField(param: string, problem: string): ModelError {
  return new ModelError('invalid-request', `Invalid value for '${param}': ${problem}`, {
    code: 'invalid_value',
    param,
  })
}

/** The error for a missing field; `need` says what to give. */
export function missingField(param: string, need: string): ModelError {
  return new ModelError('invalid-request', `Missing required field '${param}': ${need}.`, {
    code: 'missing_required_parameter',
    param,
  })
}

/** Whether a field has a value; an explicit null counts as absent, as it does for providers. */
export function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null
}

/**
 * Reads a field that may be absent; an explicit null counts as absent, as it does for providers.
 */
export function readOptional<T>(
  value: unknown,
  param: string,
  read: (value: unknown, param: string) => T,
): T | undefined {
  return value === undefined || value === null ? undefined : read(value, param)
}

export function readObject(value: unknown, param: string): JsonObject {
  if (!isJsonObject(value)) throw wrongType(param, 'an object', value)
  return value
}

export function readArray(value: unknown, param: string): readonly unknown[] {
  if (!Array.isArray(value)) throw wrongType(param, 'an array', value)
  return value
}

export function readString(value: unknown, param: string): string {
  if (typeof value !== 'string') throw wrongType(param, 'a string', value)
  return value
}

export function readNonEmptyString(value: unknown, param: string): string {
  const text = readString(value, param)
  if (text === '') throw invalidField(param, 'it is empty; give a value.')
  return text
}

const modelNameLengthMax = 256
const controlCharacters = /\p{Cc}/u

/** A model's name: 1 to 256 characters of valid Unicode without control characters. */
export function readModelName(value: unknown, param: string): string {
  const name = readNonEmptyString(value, param)
  if (name.length > modelNameLengthMax) {
    throw invalidField(param, `it has more than ${modelNameLengthMax} characters.`)
  }
  if (!name.isWellFormed() || controlCharacters.test(name)) {
    throw invalidField(param, 'it must be valid Unicode without control characters.')
  }
  return name
}

export function readBoolean(value: unknown, param: string): boolean {
  if (typeof value !== 'boolean') throw wrongType(param, 'true or false', value)
  return value
}

export function readNumber(value: unknown, param: string): number {
  const number = numberOrUndefined(value)
  if (number === undefined) throw wrongType(param, 'a number', value)
  if (!Number.isFinite(number)) throw invalidField(param, 'it is too large for a number.')
  return number
}

/** An integer of any size, in its own spelling. */
export function readInteger(value: unknown, param: string): number | RawNumber {
  if (isRawNumber(value) && Number.isInteger(Number(value.rawJSON))) return value
  return readSmallInteger(value, param)
}

/** Rounded as JavaScript rounds it: for counts, which are small. */
export function readPositiveInteger(value: unknown, param: string): number {
  const count = readSmallInteger(value, param)
  if (count < 1) throw invalidField(param, `it must be at least 1, but is ${count}.`)
  return count
}

/** The same, but 0 is one too. */
export function readCount(value: unknown, param: string): number {
  const count = readSmallInteger(value, param)
  if (count < 0) throw invalidField(param, `it must not be negative, but is ${count}.`)
  return count
}

function readSmallInteger(value: unknown, param: string): number {
  const number = numberOrUndefined(value)
  if (!Number.isInteger(number)) throw wrongType(param, 'an integer', value)
  return number as number
}

export function wrongType(param: string, expected: string, value: unknown): ModelError {
  return value === undefined
    ? missingField(param, `give ${expected}`)
    : invalidField(param, `expected ${expected}, but got ${describeType(value)}.`)
}

function describeType(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'an array'
  if (isRawNumber(value)) return 'a number'
  if (typeof value === 'object') return 'an object'
  return `a ${typeof value}`
}
