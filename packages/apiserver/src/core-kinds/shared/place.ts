import { isJsonObject } from '@fairlead/base'
import { supportedValues, tooManyItems, type FieldError } from '@fairlead/kube-core'

type Fields = Readonly<Record<string, unknown>>

/**
 * A JSON object within an object that is validated: its fields, its path, and the list to which
 * errors about them are added. A field of a wrong type counts as absent: types are checked when an
 * object is decoded.
 */
export class Place {
  readonly fields: Fields
  readonly path: string
  readonly found: FieldError[]

  constructor(fields: Fields, path: string, found: FieldError[]) {
    this.fields = fields
    this.path = path
    this.found = found
  }

  /** The path of a field, such as `spec.name`; that of the object itself for an empty name. */
  pathOf(field: string): string {
    if (field === '') return this.path
    return this.path === '' || field.startsWith('[') ? this.path + field : `${this.path}.${field}`
  }

  /** Neither absent nor null. */
  has(field: string): boolean {
    return this.fields[field] !== undefined && this.fields[field] !== null
  }

  /** Empty when the field is absent. */
  text(field: string): string {
    const value = this.fields[field]
    return typeof value === 'string' ? value : ''
  }

  /** 0 when the field is absent. */
  number(field: string): number {
    const value = this.fields[field]
    return typeof value === 'number' ? value : 0
  }

  /** Undefined when the field is absent. */
  optionalNumber(field: string): number | undefined {
    const value = this.fields[field]
    return typeof value === 'number' ? value : undefined
  }

  isTrue(field: string): boolean {
    return this.fields[field] === true
  }

  /** The items of a list of texts; empty when it is absent. */
  texts(field: string): readonly string[] {
    return this.items(field).map(String)
  }

  items(field: string): readonly unknown[] {
    const value = this.fields[field]
    return Array.isArray(value) ? value : []
  }

  /** A map of texts; empty when it is absent. */
  textMap(field: string): Readonly<Record<string, string>> {
    const value = this.fields[field]
    return isJsonObject(value) ? (value as Record<string, string>) : {}
  }

  /** The object in a field. */
  at(field: string): Place | undefined {
    const value = this.fields[field]
    return isJsonObject(value) ? new Place(value, this.pathOf(field), this.found) : undefined
  }

  /** As `at`, with an object that has no fields in place of one that is absent. */
  within(field: string): Place {
    return this.at(field) ?? new Place({}, this.pathOf(field), this.found)
  }

  /** The objects of a list. */
  each(field: string): readonly Place[] {
    return this.items(field).map((item, index) => {
      const fields = isJsonObject(item) ? item : {}
      return new Place(fields, `${this.pathOf(field)}[${index}]`, this.found)
    })
  }

  required(field: string, detail = ''): void {
    this.found.push({ type: 'Required', field: this.pathOf(field), detail })
  }

  /** Required unless the field is a text that is not empty. @returns whether it is one */
  requireText(field: string, detail = ''): boolean {
    if (this.text(field) !== '') return true
    this.required(field, detail)
    return false
  }

  /** `badValue` is the field's value unless given. */
  invalid(field: string, detail: string, badValue: unknown = this.fields[field] ?? ''): void {
    this.found.push({ type: 'Invalid', field: this.pathOf(field), badValue, detail })
  }

  /** One error for each problem. */
  problems(field: string, problems: readonly string[], badValue?: unknown): void {
    for (const problem of problems) this.invalid(field, problem, badValue)
  }

  /** `values` are shown as they are ordered. */
  unsupported(
    field: string,
    values: readonly string[],
    badValue: unknown = this.fields[field] ?? '',
  ): void {
    const detail = supportedValues(values)
    this.found.push({ type: 'Unsupported', field: this.pathOf(field), badValue, detail })
  }

  /** Unsupported unless the field is absent or has one of the values. */
  oneOf(field: string, values: readonly string[]): void {
    if (this.has(field) && !values.includes(this.text(field))) this.unsupported(field, values)
  }

  /** As `oneOf`, for a field that must not be empty. */
  requiredOneOf(field: string, values: readonly string[]): void {
    if (this.requireText(field)) this.oneOf(field, values)
  }

  forbidden(field: string, detail: string): void {
    this.found.push({ type: 'Forbidden', field: this.pathOf(field), detail })
  }

  tooLong(field: string, bytesMax: number): void {
    const detail = `may not be more than ${bytesMax} bytes`
    this.found.push({ type: 'TooLong', field: this.pathOf(field), detail })
  }

  tooMany(field: string, count: number, max: number): void {
    this.found.push(tooManyItems(this.pathOf(field), count, max))
  }

  duplicate(field: string, badValue: unknown = this.fields[field]): void {
    this.found.push({ type: 'Duplicate', field: this.pathOf(field), badValue, detail: '' })
  }

  notFound(field: string, badValue: unknown = this.fields[field] ?? '', detail = ''): void {
    this.found.push({ type: 'NotFound', field: this.pathOf(field), badValue, detail })
  }

  internal(field: string, detail: string): void {
    this.found.push({ type: 'Internal', field: this.pathOf(field), detail })
  }

  /** As ValidateNonnegativeField in Kubernetes' API machinery. */
  notNegative(field: string): void {
    const value = this.number(field)
    if (value < 0) this.invalid(field, 'must be greater than or equal to 0', value)
  }
}

/** Collects the errors that `check` finds in an object. */
export function errorsOf(object: object, check: (root: Place) => void): FieldError[] {
  const found: FieldError[] = []
  check(new Place(object as Fields, '', found))
  return found
}
