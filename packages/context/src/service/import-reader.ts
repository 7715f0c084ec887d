import { isJsonObject, type JsonObject, numberOrUndefined } from '@fairlead/base'
import { wrongLine } from './import-errors.ts'

/** Reads the fields of one line of an import. Every method throws a ModelError 400 for a wrong value. */
export class ImportReader {
  readonly #fields: JsonObject
  readonly #line: number
  readonly #path: string

  constructor(value: unknown, line: number, path = '') {
    if (!isJsonObject(value)) throw wrongLine(line, `${path === '' ? 'it' : path} is not an object`)
    this.#fields = value
    this.#line = line
    this.#path = path
  }

  get(name: string): unknown {
    return this.#fields[name]
  }

  get names(): readonly string[] {
    return Object.keys(this.#fields)
  }

  inner(name: string): ImportReader {
    return new ImportReader(this.#fields[name], this.#line, `${this.#path}${name}.`)
  }

  /** The value itself if it passes. */
  checked<T>(name: string, isRight: (value: unknown) => value is T): T {
    const value = this.#fields[name]
    return isRight(value) ? value : this.fail(name)
  }

  text(name: string, pattern: RegExp): string {
    const value = this.#fields[name]
    return typeof value === 'string' && pattern.test(value) ? value : this.fail(name)
  }

  textOrNull(name: string, pattern: RegExp): string | null {
    return (this.#fields[name] ?? null) === null ? null : this.text(name, pattern)
  }

  /** A whole number of at least `least`. */
  count(name: string, least: number): number {
    const value = numberOrUndefined(this.#fields[name])
    return value !== undefined && Number.isSafeInteger(value) && value >= least
      ? value
      : this.fail(name)
  }

  countOrNull(name: string): number | null {
    return (this.#fields[name] ?? null) === null ? null : this.count(name, 0)
  }

  flag(name: string): boolean {
    const value = this.#fields[name]
    return typeof value === 'boolean' ? value : this.fail(name)
  }

  list(name: string): readonly unknown[] {
    const value = this.#fields[name]
    return Array.isArray(value) ? value : this.fail(name)
  }

  /** The objects of a list; none where there is no list. */
  entries(name: string): readonly ImportReader[] {
    if (this.#fields[name] === undefined) return []
    return this.list(name).map(
      (value, index) => new ImportReader(value, this.#line, `${this.#path}${name}[${index}].`),
    )
  }

  fail(name: string, problem = 'is not valid'): never {
    throw wrongLine(this.#line, `${this.#path}${name} ${problem}`)
  }
}
