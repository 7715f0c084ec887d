import { append, isJsonObject, type JsonObject, numberOrUndefined } from '@fairlead/base'
import { compilePattern, type Pattern } from '@fairlead/cel'
import type { FieldError } from '../field-error.ts'
import type { Correlation } from './correlation.ts'
import { fieldSchema } from './field-schema.ts'
import type { StructuralSchema } from './structural-schema.ts'
import {
  invalid,
  jsonTypes,
  typeName,
  validateEnum,
  validateNumber,
  validateString,
} from './validate-scalar.ts'

/**
 * Validates values by the keywords of OpenAPI in their schemas, in the API server's wording. Each
 * pattern is compiled once, on first use.
 */
export class ValueValidator {
  /** At most one entry for each pattern in the schemas. */
  readonly #patterns = new Map<string, Pattern>()

  /** With a correlation, errors of parts that have stayed as they were are tolerated. */
  validate(
    value: unknown,
    schema: StructuralSchema,
    path: string,
    correlation?: Correlation,
  ): FieldError[] {
    const errors = this.#validate(value, schema, path, correlation)
    return errors.length > 0 && correlation?.isUnchanged ? [] : errors
  }

  #validate(
    value: unknown,
    schema: StructuralSchema,
    path: string,
    correlation: Correlation | undefined,
    nested = false,
  ): FieldError[] {
    if (value === null && schema.nullable) return []
    const types = nested && !schema.type ? [] : jsonTypes(schema)
    if (types.length > 0 && !types.some((type) => isOfType(value, type))) {
      const actual = typeName(value)
      const detail = `${path} in body must be of type ${types.join(',')}: "${actual}"`
      return [{ type: 'TypeInvalid', field: path || '<nil>', badValue: actual, detail }]
    }
    return [
      ...this.#validateValue(value, schema, path, correlation),
      ...validateEnum(value, schema, path),
      ...this.#validateCombinators(value, schema, path),
    ]
  }

  #validateValue(
    value: unknown,
    schema: StructuralSchema,
    path: string,
    correlation: Correlation | undefined,
  ): FieldError[] {
    if (typeof value === 'string') {
      return validateString(value, schema, path, (pattern) => this.#pattern(pattern))
    }
    const number = numberOrUndefined(value)
    if (number !== undefined) return validateNumber(number, schema, path)
    if (Array.isArray(value)) return this.#validateList(value, schema, path, correlation)
    return isJsonObject(value) ? this.#validateObject(value, schema, path, correlation) : []
  }

  #validateList(
    list: readonly unknown[],
    schema: StructuralSchema,
    path: string,
    correlation: Correlation | undefined,
  ): FieldError[] {
    const { items, minItems, maxItems } = schema
    const errors: FieldError[] = []
    if (items) {
      for (const [index, item] of list.entries()) {
        append(errors, this.validate(item, items, `${path}[${index}]`, correlation?.index(index)))
      }
    }
    if (minItems !== undefined && list.length < minItems) {
      const detail = `${path} in body should have at least ${minItems} items`
      errors.push(invalid(path, list.length, detail))
    }
    if (maxItems !== undefined && list.length > maxItems) {
      const detail = `must have at most ${maxItems} ${maxItems === 1 ? 'item' : 'items'}`
      errors.push({ type: 'TooMany', field: path, badValue: list.length, detail })
    }
    return errors
  }

  #validateObject(
    object: JsonObject,
    schema: StructuralSchema,
    path: string,
    correlation: Correlation | undefined,
  ): FieldError[] {
    const count = Object.keys(object).length
    const { minProperties, maxProperties } = schema
    if (minProperties !== undefined && count < minProperties) {
      const detail = `${path} in body should have at least ${minProperties} properties`
      return [invalid(path, minProperties, detail)]
    }
    if (maxProperties !== undefined && count > maxProperties) {
      const detail = `must have at most ${maxProperties} ${maxProperties === 1 ? 'item' : 'items'}`
      return [{ type: 'TooMany', field: path, badValue: count, detail }]
    }
    const errors: FieldError[] = []
    for (const name of schema.required ?? []) {
      if (!Object.hasOwn(object, name) || object[name] === undefined) {
        errors.push({ type: 'Required', field: join(path, name), detail: '' })
      }
    }
    for (const [name, value] of Object.entries(object)) {
      const property = fieldSchema(schema, name)
      if (!property || value === undefined) continue
      const below = path === '' && isOfTheType(name) ? undefined : correlation?.key(name)
      append(errors, this.validate(value, property, join(path, name), below))
    }
    return errors
  }

  /** What a branch finds wrong is not tolerated because a part has stayed as it was. */
  #validateCombinators(value: unknown, schema: StructuralSchema, path: string): FieldError[] {
    const branch = (part: StructuralSchema) => this.#validate(value, part, path, undefined, true)
    const errors: FieldError[] = []
    if (schema.anyOf) append(errors, anyOf(schema.anyOf.map(branch), path))
    if (schema.oneOf) append(errors, oneOf(schema.oneOf.map(branch), path))
    if (schema.allOf) append(errors, allOf(schema.allOf.map(branch), path))
    if (schema.not && branch(schema.not).length === 0) {
      errors.push(composite(`"${path}" must not validate the schema (not)`))
    }
    return errors
  }

  #pattern(pattern: string): Pattern {
    const known = this.#patterns.get(pattern)
    if (known) return known
    const compiled = compilePattern(pattern)
    this.#patterns.set(pattern, compiled)
    return compiled
  }
}

function anyOf(results: readonly FieldError[][], path: string): FieldError[] {
  if (results.some((errors) => errors.length === 0)) return []
  return [composite(`"${path}" must validate at least one schema (anyOf)`), ...fewest(results)]
}

function oneOf(results: readonly FieldError[][], path: string): FieldError[] {
  const valid = results.filter((errors) => errors.length === 0).length
  if (valid === 1) return []
  const found = valid === 0 ? 'Found none valid' : `Found ${valid} valid alternatives`
  const error = composite(`"${path}" must validate one and only one schema (oneOf). ${found}`)
  return valid === 0 ? [error, ...fewest(results)] : [error]
}

function allOf(results: readonly FieldError[][], path: string): FieldError[] {
  const failed = results.filter((errors) => errors.length > 0)
  if (failed.length === 0) return []
  const none = failed.length === results.length ? '. None validated' : ''
  return [...failed.flat(), composite(`"${path}" must validate all the schemas (allOf)${none}`)]
}

/** The errors of the branch that came closest are the most helpful. */
function fewest(results: readonly FieldError[][]): FieldError[] {
  return results.reduce((best, errors) => (errors.length < best.length ? errors : best))
}

/** The API server reports these errors without a field. */
function composite(detail: string): FieldError {
  return { type: 'Invalid', field: '<nil>', badValue: '', detail }
}

/** Both forms of an object are shown in the same version, so that these cannot have changed. */
function isOfTheType(name: string): boolean {
  return name === 'apiVersion' || name === 'kind'
}

function isOfType(value: unknown, type: string): boolean {
  const actual = typeName(value)
  return actual === type || (type === 'number' && actual === 'integer')
}

function join(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`
}
