import { isJsonObject, type JsonObject, numberOrUndefined } from '@fairlead/base'
import { compilePattern, type Pattern } from '@fairlead/cel'
import type { FieldError } from '../field-error.ts'
import type { Correlation } from './correlation.ts'
import { allOf, anyOf, composite, oneOf } from './combine-branches.ts'
import { fieldSchema } from './field-schema.ts'
import { Findings } from './findings.ts'
import { isKnownFormat } from './formats.ts'
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
    const findings = new Findings()
    this.#validate({ value, schema, path, correlation }, findings)
    return distinct(findings.errors)
  }

  #validate(part: Part, findings: Findings): void {
    const { value, schema, path, correlation } = part
    const before = findings.errors.length
    this.#validateType(part, findings)
    if (value !== null) {
      findings.matched(metByAnyValue)
      this.#validateCombinators(part, findings)
      this.#validateValue(part, findings)
    }
    findings.add(validateEnum(value, schema, path))
    const hasErrors = findings.errors.length > before
    if (hasErrors && correlation?.isUnchanged) findings.errors.length = before
  }

  #validateType({ value, schema, path }: Part, findings: Findings): void {
    const types = jsonTypes(schema)
    const isNamed = types.length > 0 || hasKnownFormat(schema)
    if (value !== null && isNamed) findings.matched(1)
    const isMet = value === null && schema.nullable
    if (types.length === 0 || isMet || types.some((type) => isOfType(value, type))) {
      if (value === null || isNamed) findings.matched(1)
      return
    }
    const actual = typeName(value)
    const detail = `${path} in body must be of type ${types.join(',')}: "${actual}"`
    findings.add([{ type: 'TypeInvalid', field: path || '<nil>', badValue: actual, detail }])
  }

  #validateValue(part: Part, findings: Findings): void {
    const { value, schema, path } = part
    if (typeof value === 'string') {
      findings.matched(hasKnownFormat(schema) ? 2 : 1)
      findings.add(validateString(value, schema, path, (pattern) => this.#pattern(pattern)))
      return
    }
    const number = numberOrUndefined(value)
    if (number !== undefined) {
      findings.matched(2)
      findings.add(validateNumber(number, schema, path))
    } else if (Array.isArray(value)) {
      findings.matched(2)
      this.#validateList(value, part, findings)
    } else if (isJsonObject(value)) {
      findings.matched(1)
      this.#validateObject(value, part, findings)
    }
  }

  #validateList(
    list: readonly unknown[],
    { schema, path, correlation }: Part,
    findings: Findings,
  ): void {
    const { items, minItems, maxItems } = schema
    if (items) {
      for (const [index, value] of list.entries()) {
        const below = correlation?.index(index)
        this.#validate(
          { value, schema: items, path: `${path}[${index}]`, correlation: below },
          findings,
        )
      }
    }
    if (minItems !== undefined && list.length < minItems) {
      const detail = `${path} in body should have at least ${minItems} items`
      findings.add([invalid(path, list.length, detail)])
    }
    if (maxItems !== undefined && list.length > maxItems) {
      findings.add([tooMany(path, list.length, maxItems)])
    }
  }

  #validateObject(
    object: JsonObject,
    { schema, path, correlation }: Part,
    findings: Findings,
  ): void {
    findings.add(validateSize(object, schema, path))
    for (const name of schema.required ?? []) {
      if (!Object.hasOwn(object, name) || object[name] === undefined) {
        findings.add([{ type: 'Required', field: join(path, name), detail: '' }])
      }
    }
    for (const [name, value] of Object.entries(object)) {
      const property = fieldSchema(schema, name)
      if (!property || value === undefined) continue
      const below = path === '' && isOfTheType(name) ? undefined : correlation?.key(name)
      this.#validate(
        { value, schema: property, path: join(path, name), correlation: below },
        findings,
      )
    }
  }

  /** What a branch finds wrong is not tolerated because a part has stayed as it was. */
  #validateCombinators({ value, schema, path }: Part, findings: Findings): void {
    const branch = (part: StructuralSchema): Findings => {
      const found = new Findings()
      this.#validate({ value, schema: part, path, correlation: undefined }, found)
      return found
    }
    if (schema.anyOf?.length) anyOf(schema.anyOf.map(branch), path, findings)
    if (schema.oneOf?.length) oneOf(schema.oneOf.map(branch), path, findings)
    if (schema.allOf?.length) allOf(schema.allOf.map(branch), path, findings)
    if (schema.not && branch(schema.not).isValid) {
      findings.add([composite(`"${path}" must not validate the schema (not)`)])
    }
  }

  #pattern(pattern: string): Pattern {
    const known = this.#patterns.get(pattern)
    if (known) return known
    const compiled = compilePattern(pattern)
    this.#patterns.set(pattern, compiled)
    return compiled
  }
}

/** A value with what is known of it. */
interface Part {
  readonly value: unknown
  readonly schema: StructuralSchema
  readonly path: string
  readonly correlation: Correlation | undefined
}

/** Matches of a value by itself, of the combinators of its schema (twice), and of its enum. */
const metByAnyValue = 4

function hasKnownFormat({ format }: StructuralSchema): boolean {
  return format !== undefined && isKnownFormat(format)
}

function validateSize(object: JsonObject, schema: StructuralSchema, path: string): FieldError[] {
  const { minProperties, maxProperties } = schema
  const count = Object.keys(object).length
  if (minProperties !== undefined && count < minProperties) {
    const detail = `${path} in body should have at least ${minProperties} properties`
    return [invalid(path, minProperties, detail)]
  }
  const isLarge = maxProperties !== undefined && count > maxProperties
  return isLarge ? [tooMany(path, count, maxProperties)] : []
}

function tooMany(field: string, count: number, most: number): FieldError {
  const detail = `must have at most ${most} ${most === 1 ? 'item' : 'items'}`
  return { type: 'TooMany', field, badValue: count, detail }
}

/** Branches of a schema can find the same mistake. */
function distinct(errors: FieldError[]): FieldError[] {
  if (errors.length < 2) return errors
  const byText = new Map(
    errors.map((error) => [`${error.type} ${error.field} ${error.detail}`, error]),
  )
  return [...byText.values()]
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
