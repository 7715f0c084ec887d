import { compileRules, type RuleSet } from '../cel/compile-rules.ts'
import { evaluateRules } from '../cel/evaluate-rules.ts'
import { copyJson } from '../copy-json.ts'
import { deepEqual } from '../deep-equal.ts'
import { type FieldError, fieldErrorMessage } from '../field-error.ts'
import { applyDefaults } from '../schema/defaults.ts'
import type { StructuralSchema } from '../schema/structural-schema.ts'
import { ValueValidator } from '../schema/value-validator.ts'
import type { Draw } from './draw.ts'
import { SampleError } from './sample-error.ts'
import { sampleNumber, TextSampler } from './sample-scalar.ts'
import { oneBranch } from './one-branch.ts'

/** How often a value is made anew until its schema and rules accept it. */
const attemptsMax = 200

/** Values this deep in one another have no optional fields any more. */
const depthMax = 12

const itemsMax = 3

/**
 * Makes values that a schema accepts, with its defaults: every type, limit, format, pattern and list
 * type is kept, and rules by making a value again until they are met. Values such as 0, false, empty
 * texts and empty lists are frequent, since they are what code forgets.
 */
export class ValueSampler {
  readonly #draw: Draw
  readonly #texts: TextSampler
  readonly #validator = new ValueValidator()
  /** One entry for each schema with rules. */
  readonly #rules = new Map<StructuralSchema, RuleSet | undefined>()

  constructor(draw: Draw) {
    this.#draw = draw
    this.#texts = new TextSampler(draw)
  }

  /**
   * @param path how errors name the value
   * @throws SampleError if no value is accepted
   */
  sample(schema: StructuralSchema, path: string, depth = 0): unknown {
    const draw = this.#draw
    if (schema.nullable && draw.chance(0.1)) return null
    const { example } = schema
    if (example !== undefined && draw.chance(0.1)) return copyJson(example)
    let problem: FieldError | undefined
    for (let attempt = 0; attempt < attemptsMax; attempt += 1) {
      const value = applyDefaults(this.#any(schema, path, depth, attempt), schema)
      ;[problem] = this.#problems(value, schema, path)
      if (problem === undefined) return value
    }
    if (example !== undefined) return copyJson(example)
    const last = problem ? `: ${fieldErrorMessage(problem)}` : ''
    throw new SampleError(
      `no value of ${attemptsMax} was accepted at ${path}${last}; give its schema an example`,
    )
  }

  /** What is wrong with a value by itself; below it, everything is right already. */
  #problems(value: unknown, schema: StructuralSchema, path: string): readonly FieldError[] {
    const shallow = { ...schema }
    delete shallow.properties
    delete shallow.items
    delete shallow.additionalProperties
    const found = this.#validator.validate(value, shallow, path)
    if (found.length > 0 || !schema['x-kubernetes-validations']?.length) return found
    return evaluateRules(this.#rulesOf(schema), value, undefined)
  }

  #rulesOf(schema: StructuralSchema): RuleSet | undefined {
    if (!this.#rules.has(schema)) this.#rules.set(schema, compileRules(schema, false).rules)
    return this.#rules.get(schema)
  }

  #any(schema: StructuralSchema, path: string, depth: number, attempt: number): unknown {
    const draw = this.#draw
    if (schema.enum !== undefined && schema.enum.length > 0) return copyJson(draw.pick(schema.enum))
    if (schema['x-kubernetes-int-or-string']) {
      const { pattern } = schema
      return draw.chance(0.5) && pattern === undefined
        ? sampleNumber(schema, draw)
        : pattern === undefined
          ? draw.pick(['25%', '0', 'http'])
          : this.#text(schema, path, attempt)
    }
    switch (schema.type) {
      case 'string':
        return this.#text(schema, path, attempt)
      case 'integer':
      case 'number':
        return sampleNumber(schema, draw)
      case 'boolean':
        return draw.chance(0.5)
      case 'array':
        return this.#list(schema, path, depth)
      case 'object':
        return this.#object(oneBranch(schema, draw), path, depth)
      default:
        return draw.pick<unknown>([true, 0, 'text', ['a', 1], { any: 'thing' }, {}])
    }
  }

  #text(schema: StructuralSchema, path: string, attempt: number): string {
    try {
      return this.#texts.sample(schema, attempt)
    } catch (cause) {
      if (!(cause instanceof SyntaxError)) throw cause
      if (typeof schema.example === 'string') return schema.example
      const advice = 'give its schema an example'
      throw new SampleError(`no text can be made at ${path}: ${cause.message}; ${advice}`, {
        cause,
      })
    }
  }

  #list(schema: StructuralSchema, path: string, depth: number): unknown[] {
    const { items, minItems = 0, maxItems = Infinity } = schema
    if (items === undefined) return []
    const wished = depth < depthMax ? this.#draw.between(0, itemsMax) : 0
    const count = Math.min(Math.max(wished, minItems), maxItems)
    const list: unknown[] = []
    for (let attempt = 0; list.length < count && attempt < attemptsMax; attempt += 1) {
      const item = this.sample(items, `${path}[]`, depth + 1)
      if (!isDuplicate(item, list, schema)) list.push(item)
    }
    return list
  }

  #object(schema: StructuralSchema, path: string, depth: number): Record<string, unknown> {
    const draw = this.#draw
    const object: Record<string, unknown> = schema['x-kubernetes-embedded-resource']
      ? { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'embedded' } }
      : {}
    const required = new Set(schema.required)
    const given = depth < depthMax ? draw.pick([0.3, 0.7, 1]) : 0
    for (const [name, property] of Object.entries(schema.properties ?? {})) {
      if (!required.has(name) && !draw.chance(given)) continue
      object[name] = this.sample(property, `${path}.${name}`, depth + 1)
    }
    const { additionalProperties, minProperties = 0 } = schema
    if (typeof additionalProperties === 'object') {
      const least = Math.max(minProperties - Object.keys(object).length, 0)
      const count = Math.max(depth < depthMax ? draw.between(0, itemsMax) : 0, least)
      for (const name of names.slice(0, count)) {
        object[name] = this.sample(additionalProperties, `${path}.*`, depth + 1)
      }
    } else if (schema['x-kubernetes-preserve-unknown-fields'] && draw.chance(given)) {
      object['unknownField'] = draw.pick<unknown>(['', 1, { nested: [true] }])
    }
    return object
  }
}

/** Of the entries of maps, more than are ever wanted. */
const names: readonly string[] = [
  'a',
  'two-words',
  'example.com/key',
  ...Array.from({ length: 61 }, (_, index) => `key-${index}`),
]

function isDuplicate(item: unknown, list: readonly unknown[], schema: StructuralSchema): boolean {
  switch (schema['x-kubernetes-list-type']) {
    case 'set':
      return list.some((each) => deepEqual(each, item))
    case 'map': {
      const keys = schema['x-kubernetes-list-map-keys'] ?? []
      const keysOf = (value: unknown) => keys.map((key) => (value as Record<string, unknown>)[key])
      return list.some((each) => deepEqual(keysOf(each), keysOf(item)))
    }
    case 'atomic':
    case undefined:
    default:
      return false
  }
}
