import { isRawNumber } from '@fairlead/base'

import { BodyError } from './body-error.ts'
import type { EmptyValue, EmptyValues } from './empty-values.ts'

/** Unknown fields that are remembered of one body, as in the real server. */
const unknownFieldsMax = 100

/** A value that a Go type cannot hold. Whoever decodes what it is in says where that is. */
class TypeProblem extends BodyError {
  readonly value: string
  readonly goType: string

  constructor(value: string, goType: string, where: string) {
    super(`json: cannot unmarshal ${value} into Go ${where} of type ${goType}`)
    this.value = value
    this.goType = goType
  }
}

/**
 * Where a decoder is in a message, and what it has found. As in Go's decoder, the first wrong type is
 * remembered and decoding goes on; what a type that decodes itself objects to ends it at once.
 */
export class DecodeWalk {
  readonly #fields: string[] = []
  readonly #path: (string | number)[] = []
  readonly #unknown = new Set<string>()
  /** Whether unknown fields are dropped without a word. */
  readonly #isQuiet: boolean
  /** The struct that the current field is of. */
  #struct = ''
  #firstProblem: BodyError | undefined
  readonly #empty: EmptyValues | undefined

  /** @param empty takes the empty lists and maps, which are left out, or as they are, without it */
  constructor(isQuiet = false, empty?: EmptyValues) {
    this.#isQuiet = isQuiet
    this.#empty = empty
  }

  /** Told of an empty list or map. @returns whether it stays where it is for now */
  keepsEmpty(value: EmptyValue): boolean {
    this.#empty?.add(value, this.#path)
    return this.#empty !== undefined
  }

  /** Paths such as `spec.containers[0].foo`. */
  get unknownFields(): readonly string[] {
    return [...this.#unknown]
  }

  /** @throws BodyError for the first value of a wrong type */
  finish(): void {
    if (this.#firstProblem !== undefined) throw this.#firstProblem
  }

  /** Goes into a field of a struct. @returns what `leaveField` needs */
  enterField(struct: string, field: string): string {
    const outer = this.#struct
    this.#struct = struct
    this.#fields.push(field)
    this.#path.push(field)
    return outer
  }

  leaveField(outer: string): void {
    this.#path.pop()
    this.#fields.pop()
    this.#struct = outer
  }

  /** Goes into an item of a list, or a member of a map. */
  enterItem(key: string | number): void {
    this.#path.push(key)
  }

  leaveItem(): void {
    this.#path.pop()
  }

  /**
   * Decodes the inside of a type that decodes itself: unknown fields are dropped without a word, and
   * whatever is wrong is said of the type as a whole.
   */
  within<T>(decode: (inner: DecodeWalk) => T): T {
    const inner = new DecodeWalk(true)
    try {
      const decoded = decode(inner)
      inner.finish()
      return decoded
    } catch (error) {
      throw error instanceof TypeProblem ? this.#typeProblem(error.value, error.goType) : error
    }
  }

  unknownField(name: string): void {
    if (this.#isQuiet || this.#unknown.size >= unknownFieldsMax) return
    let path = ''
    for (const part of this.#path) {
      if (typeof part === 'number') path += `[${part}]`
      else path += path === '' ? part : `.${part}`
    }
    this.#unknown.add(path === '' ? name : `${path}.${name}`)
  }

  /** A value that a field of this Go type cannot hold. */
  wrongType(value: unknown, goType: string): void {
    this.#firstProblem ??= this.#typeProblem(goNameOf(value), goType)
  }

  /** A number that a field of this Go type cannot hold. */
  wrongNumber(spelling: string, goType: string): void {
    this.#firstProblem ??= this.#typeProblem(`number ${spelling}`, goType)
  }

  problem(message: string): void {
    this.#firstProblem ??= new BodyError(message)
  }

  /** As `wrongType`, for types that decode themselves. */
  refuseType(value: unknown, goType: string): never {
    throw this.#typeProblem(goNameOf(value), goType)
  }

  /** As `wrongNumber`, for types that decode themselves. */
  refuseNumber(spelling: string, goType: string): never {
    throw this.#typeProblem(`number ${spelling}`, goType)
  }

  #typeProblem(value: string, goType: string): TypeProblem {
    const path = this.#fields.join('.')
    const where = path === '' ? 'value' : `struct field ${this.#struct}.${path}`
    return new TypeProblem(value, goType, where)
  }
}

/** What Go calls a JSON value in its messages: `array` for a list. */
export function goNameOf(value: unknown): string {
  if (typeof value === 'string') return 'string'
  if (typeof value === 'boolean') return 'bool'
  if (typeof value === 'number' || isRawNumber(value)) return 'number'
  return Array.isArray(value) ? 'array' : 'object'
}

/** The number as it was spelled; undefined for what is none. */
export function spellingOf(value: unknown): string | undefined {
  if (typeof value === 'number') return Object.is(value, -0) ? '-0' : String(value)
  return isRawNumber(value) ? value.rawJSON : undefined
}
