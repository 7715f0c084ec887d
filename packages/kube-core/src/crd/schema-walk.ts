import { append } from '@fairlead/base'
import type { FieldError } from '../field-error.ts'
import { checkOpenApi, type SchemaPlace, type SchemaSource } from '../schema/check-open-api.ts'
import { child, propertyPath } from '../schema/schema-path.ts'
import type { StructuralSchema } from '../schema/structural-schema.ts'
import { RuleBudget } from './rule-budget.ts'

/** Where the walk is, for rules. */
interface RulePlace {
  readonly isRoot: boolean
  /** How often values of this schema can occur; undefined when nothing limits it. */
  readonly cardinality: number | undefined
  /** The part of the schema within which values cannot be correlated with the stored object. */
  readonly uncorrelatable: string | undefined
  /** Whether expressions are judged: not below junctors, nor in a schema that is not structural. */
  readonly rulesApply: boolean
}

/** Errors of the schema hide those of expressions, which they would explain badly. */
interface Found {
  readonly schema: FieldError[]
  readonly rules: FieldError[]
}

const metaFields: readonly string[] = ['metadata', 'kind', 'apiVersion']

/**
 * Visits all nodes of a schema in the order in which the API server does. As
 * ValidateCustomResourceDefinitionOpenAPISchema in Kubernetes' apiextensions-apiserver.
 */
export class SchemaWalk {
  readonly #budget: RuleBudget

  /** @param isUnchanged whether a single expression may cost what it does */
  constructor(isUnchanged: boolean) {
    this.#budget = new RuleBudget(isUnchanged)
  }

  /** What is wrong with a schema, all of its nodes and, where they apply, its rules. */
  check(schema: SchemaSource, path: string, rulesApply: boolean): FieldError[] {
    const place = { isRoot: true, cardinality: 1, uncorrelatable: undefined, rulesApply }
    const { schema: ofSchema, rules } = this.#node(schema, path, {}, place)
    return [...ofSchema, ...rules]
  }

  /** What is wrong with what all rules cost together. */
  totalCostErrors(path: string): FieldError[] {
    return this.#budget.totalErrors(path)
  }

  #node(schema: SchemaSource, path: string, place: SchemaPlace, rules: RulePlace): Found {
    const { before, after } = checkOpenApi(schema, path, place)
    const found: Found = { schema: before, rules: [] }
    const add = (part: Found): void => {
      append(found.schema, part.schema)
      append(found.rules, part.rules)
    }
    const below = this.#placeBelow(schema, rules)
    this.#visitValues(schema, path, place, below, add)
    this.#visitProperties(schema, path, place, { rules, below }, add)
    this.#visitJunctors(schema, path, place, below, add)
    this.#visitItems(schema, path, place, below, add)
    append(found.schema, after)
    if (rules.rulesApply && found.schema.length === 0) {
      append(found.rules, this.#budget.check(schema, path, rules))
    }
    return found
  }

  #placeBelow(schema: StructuralSchema, rules: RulePlace): RulePlace {
    const { cardinality } = rules
    const factor = factorOf(schema)
    const product =
      cardinality === undefined || factor === undefined ? undefined : cardinality * factor
    return { ...rules, isRoot: false, cardinality: product }
  }

  #visitValues(
    { additionalProperties: values }: SchemaSource,
    path: string,
    place: SchemaPlace,
    below: RulePlace,
    add: (part: Found) => void,
  ): void {
    if (typeof values !== 'object') return
    const noDefaults = 'inside additionalProperties applying to object metadata'
    const inside = place.insideMetadata ? { ...place, noDefaults } : place
    add(this.#node(values, child(path, 'additionalProperties'), inside, below))
  }

  #visitProperties(
    schema: SchemaSource,
    path: string,
    place: SchemaPlace,
    { rules, below }: { readonly rules: RulePlace; readonly below: RulePlace },
    add: (part: Found) => void,
  ): void {
    const isObject = rules.isRoot || schema['x-kubernetes-embedded-resource'] === true
    for (const [name, property] of Object.entries(schema.properties ?? {})) {
      const isMeta = isObject && metaFields.includes(name)
      const inside: SchemaPlace = {
        ...place,
        ...(isMeta && { insideMetadata: true }),
        ...(isMeta && rules.isRoot && { noDefaults: `in top-level ${name}` }),
      }
      add(this.#node(property, propertyPath(path, name), inside, below))
    }
  }

  #visitJunctors(
    schema: SchemaSource,
    path: string,
    place: SchemaPlace,
    below: RulePlace,
    add: (part: Found) => void,
  ): void {
    const nested = { ...below, rulesApply: false }
    if (schema.not) add(this.#node(schema.not, child(path, 'not'), place, nested))
    for (const junctor of ['allOf', 'oneOf', 'anyOf'] as const) {
      for (const [index, branch] of (schema[junctor] ?? []).entries()) {
        add(this.#node(branch, `${child(path, junctor)}[${index}]`, place, nested))
      }
    }
  }

  #visitItems(
    schema: SchemaSource,
    path: string,
    place: SchemaPlace,
    below: RulePlace,
    add: (part: Found) => void,
  ): void {
    const { items } = schema
    if (!items || Array.isArray(items)) return
    const isMap = schema['x-kubernetes-list-type'] === 'map'
    const uncorrelatable = below.uncorrelatable ?? (isMap ? undefined : path)
    add(this.#node(items, child(path, 'items'), place, { ...below, uncorrelatable }))
  }
}

/** How many values a value of this schema holds at most; undefined when nothing limits it. */
function factorOf(schema: StructuralSchema): number | undefined {
  if (schema.type === 'array') return limit(schema.maxItems)
  if (schema.type !== 'object' || schema.additionalProperties === undefined) return 1
  return limit(schema.maxProperties)
}

function limit(max: number | undefined): number | undefined {
  return max === undefined ? undefined : Math.max(0, max)
}
