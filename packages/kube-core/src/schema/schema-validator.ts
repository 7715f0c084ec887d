import type { FieldError } from '../field-error.ts'
import { Correlation } from './correlation.ts'
import { duplicateItems } from './list-items.ts'
import { child } from './schema-path.ts'
import type { StructuralSchema } from './structural-schema.ts'
import { validateEmbedded } from './validate-embedded.ts'
import { ValueValidator } from './value-validator.ts'

export interface ValidateOptions {
  /** The path of the value, as shown in messages. Defaults to the root. */
  readonly path?: string
  /** The stored value, on update: what was wrong with it and has not changed is tolerated. */
  readonly old?: unknown
  /** What `correlate` has made of both values, for whoever needs it further. */
  readonly correlation?: Correlation
}

/**
 * Validates values against one schema in the API server's wording: by the keywords of OpenAPI, as
 * objects inside of objects, and as lists without duplicates. Keep one to validate many values.
 */
export class SchemaValidator {
  readonly #schema: StructuralSchema
  readonly #values = new ValueValidator()

  constructor(schema: StructuralSchema) {
    this.#schema = schema
  }

  /** A value beside the stored one. */
  correlate(value: unknown, old: unknown): Correlation {
    return new Correlation(value, old, this.#schema)
  }

  validate(value: unknown, { path = '', old, correlation }: ValidateOptions = {}): FieldError[] {
    const compared = correlation ?? (old === undefined ? undefined : this.correlate(value, old))
    return [
      ...this.#values.validate(value, this.#schema, path, compared),
      ...validateEmbedded(value, this.#schema, path),
      ...this.#duplicates(value, path, old),
    ]
  }

  /**
   * Validates an object of which nothing but the status is written: the status alone, whether or not
   * it has changed, and the lists of the whole. As statusStrategy in Kubernetes'
   * apiextensions-apiserver.
   */
  validateStatus(
    object: Readonly<Record<string, unknown>>,
    old: Readonly<Record<string, unknown>>,
  ): FieldError[] {
    const schema = this.#schema.properties?.['status']
    const { status } = object
    const found =
      schema === undefined || status === undefined ? [] : this.#values.validate(status, schema, '')
    return [
      ...found.map((error) => ({ ...error, field: belowStatus(error.field) })),
      ...this.#duplicates(object, '', old),
    ]
  }

  /** A list that is wrong already lets all lists be wrong. */
  #duplicates(value: unknown, path: string, old: unknown): FieldError[] {
    const found = duplicateItems(value, this.#schema, path)
    const tolerated =
      found.length > 0 && old !== undefined && duplicateItems(old, this.#schema, path).length > 0
    return tolerated ? [] : found
  }
}

function belowStatus(field: string): string {
  return field === '' || field === '<nil>' ? 'status' : child('status', field)
}
