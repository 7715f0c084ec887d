import { isJsonObject, type JsonObject, numberOrUndefined } from '@fairlead/base'
import type { ModelError } from '../errors/model-error.ts'
import { invalidField, isGiven, missingField, wrongType } from './request-field.ts'

/**
 * The part of JSON Schema in which OpenAI describes what it takes. Two things differ: a `$ref` is
 * the name of another shape, and a null where a property may be left out counts as left out.
 */
export interface JsonShape {
  readonly $ref?: string
  readonly anyOf?: readonly JsonShape[]
  readonly type?: 'object' | 'array' | 'string' | 'number' | 'integer' | 'boolean' | 'null'
  readonly enum?: readonly (string | number | boolean)[]
  readonly properties?: Readonly<Record<string, JsonShape>>
  readonly required?: readonly string[]
  /** False where only the named properties are known. Defaults to true. */
  readonly additionalProperties?: boolean | JsonShape
  readonly propertyNames?: JsonShape
  readonly maxProperties?: number
  readonly items?: JsonShape
  readonly minItems?: number
  readonly maxItems?: number
  /** In characters, as `maxLength`. */
  readonly minLength?: number
  readonly maxLength?: number
  readonly pattern?: string
  readonly minimum?: number
  readonly maximum?: number
}

/** Shapes that refer to each other, prepared once so that checking is quick. */
export interface JsonShapes {
  readonly named: ReadonlyMap<string, JsonShape>
  /** What each shape with `anyOf` chooses from, references followed. */
  readonly alternatives: ReadonlyMap<JsonShape, readonly Alternative[]>
}

/** One of several shapes, and the properties by which it is told from the others. */
interface Alternative {
  readonly shape: JsonShape
  readonly marks: readonly (readonly [name: string, values: ReadonlySet<unknown>])[]
}

/** Prepares shapes by name. Throws for a reference to a name that there is not. */
export function prepareShapes(named: ReadonlyMap<string, JsonShape>): JsonShapes {
  const alternatives = new Map<JsonShape, readonly Alternative[]>()
  const left = [...named.values()]
  for (let shape = left.pop(); shape !== undefined; shape = left.pop()) {
    const { additionalProperties: others, anyOf = [], items, properties = {} } = shape
    const inside = [...anyOf, ...Object.values(properties)]
    for (const child of [...inside, items, others, shape.propertyNames]) {
      if (typeof child === 'object') left.push(child)
    }
    if (shape.anyOf === undefined) continue
    alternatives.set(
      shape,
      flattened(shape.anyOf, named).map((one) => ({ shape: one, marks: marksOf(one) })),
    )
  }
  return { named, alternatives }
}

/**
 * What is wrong with a value, as the ModelError 400 that names the place; undefined for nothing. Takes
 * time in proportion to the value where alternatives differ in type or in a property with one value.
 */
export function shapeProblem(
  value: unknown,
  shape: JsonShape,
  param: string,
  shapes: JsonShapes,
): ModelError | undefined {
  const { $ref, anyOf } = shape
  if ($ref !== undefined) {
    return shapeProblem(value, shapeNamed($ref, shapes.named), param, shapes)
  }
  if (anyOf !== undefined) {
    return alternativesProblem(value, shapes.alternatives.get(shape) ?? [], param, shapes)
  }
  if (!isOfType(value, shape)) return wrongType(param, typeNames[shape.type ?? 'object'], value)
  if (shape.enum !== undefined && !shape.enum.includes(value as string)) {
    return invalidField(param, `it must be ${choiceOf(shape.enum.map((one) => `'${one}'`))}.`)
  }
  if (typeof value === 'string') return textProblem(value, shape, param)
  if (Array.isArray(value)) return listProblem(value, shape, param, shapes)
  if (isJsonObject(value)) return objectProblem(value, shape, param, shapes)
  return rangeProblem(value, shape, param)
}

const typeNames = {
  object: 'an object',
  array: 'an array',
  string: 'a string',
  number: 'a number',
  integer: 'an integer',
  boolean: 'true or false',
  null: 'null',
} as const

function shapeNamed(name: string, named: JsonShapes['named']): JsonShape {
  const shape = named.get(name)
  if (shape === undefined) throw new Error(`no shape has the name ${name}`)
  return shape
}

function isOfType(value: unknown, { type }: JsonShape): boolean {
  switch (type) {
    case undefined:
      return true
    case 'object':
      return isJsonObject(value)
    case 'array':
      return Array.isArray(value)
    case 'null':
      return value === null
    case 'number':
      return Number.isFinite(numberOrUndefined(value))
    case 'integer':
      return Number.isInteger(numberOrUndefined(value))
    default:
      return typeof value === type
  }
}

/** The alternative that is meant is known by its type and by properties that have one value. */
function alternativesProblem(
  value: unknown,
  all: readonly Alternative[],
  param: string,
  shapes: JsonShapes,
): ModelError | undefined {
  const ofType = all.filter(({ shape }) => isOfType(value, shape))
  if (ofType.length === 0) {
    const names = new Set(all.map(({ shape }) => typeNames[shape.type ?? 'object']))
    return wrongType(param, choiceOf([...names]), value)
  }
  const meant = ofType.filter((one) => hasMarks(value, one))
  if (meant.length === 0) return unmarkedProblem(value, ofType, param)
  let deepest: ModelError | undefined
  for (const { shape } of meant) {
    const problem = shapeProblem(value, shape, param, shapes)
    if (problem === undefined) return undefined
    if ((problem.param?.length ?? 0) > (deepest?.param?.length ?? -1)) deepest = problem
  }
  return deepest
}

function flattened(
  alternatives: readonly JsonShape[],
  named: JsonShapes['named'],
): readonly JsonShape[] {
  return alternatives.flatMap((shape) => {
    const { $ref, anyOf } = shape
    if ($ref !== undefined) return flattened([shapeNamed($ref, named)], named)
    return anyOf === undefined ? [shape] : flattened(anyOf, named)
  })
}

function marksOf({ properties = {}, required = [] }: JsonShape): Alternative['marks'] {
  return Object.entries(properties).flatMap(([name, { enum: values }]) =>
    values !== undefined && required.includes(name) ? [[name, new Set<unknown>(values)]] : [],
  )
}

function hasMarks(value: unknown, { marks, shape }: Alternative): boolean {
  if (!isJsonObject(value)) return shape.enum === undefined || shape.enum.includes(value as string)
  return marks.every(([name, values]) => values.has(value[name]))
}

function unmarkedProblem(
  value: unknown,
  alternatives: readonly Alternative[],
  param: string,
): ModelError | undefined {
  if (!isJsonObject(value)) {
    const values = alternatives.flatMap(({ shape }) => shape.enum ?? [])
    return invalidField(param, `it must be ${choiceOf(values.map((one) => `'${one}'`))}.`)
  }
  const valuesOf = new Map<string, Set<unknown>>()
  for (const [name, values] of alternatives.flatMap(({ marks }) => marks)) {
    valuesOf.set(name, new Set([...(valuesOf.get(name) ?? []), ...values]))
  }
  for (const [name, values] of valuesOf) {
    if (values.has(value[name])) continue
    const choice = choiceOf([...values].map((one) => `'${String(one)}'`))
    return isGiven(value[name])
      ? invalidField(`${param}.${name}`, `it must be ${choice}.`)
      : missingField(`${param}.${name}`, `give ${choice}`)
  }
  return invalidField(param, 'its fields do not go together.')
}

function textProblem(text: string, shape: JsonShape, param: string): ModelError | undefined {
  const { maxLength = Infinity, minLength = 0, pattern } = shape
  if (text.length < minLength) {
    return minLength === 1
      ? invalidField(param, 'it is empty; give a value.')
      : invalidField(param, `it must have at least ${minLength} characters.`)
  }
  if (text.length > maxLength && characterCount(text) > maxLength) {
    return invalidField(param, `it must have at most ${maxLength} characters.`)
  }
  if (pattern !== undefined && !new RegExp(pattern, 'u').test(text)) {
    return invalidField(param, `it must match ${pattern}.`)
  }
  return undefined
}

function characterCount(text: string): number {
  let count = 0
  for (let at = 0; at < text.length; at += (text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1) count += 1
  return count
}

function rangeProblem(
  value: unknown,
  { maximum = Infinity, minimum = -Infinity }: JsonShape,
  param: string,
): ModelError | undefined {
  const number = numberOrUndefined(value)
  if (number === undefined || (number >= minimum && number <= maximum)) return undefined
  return invalidField(param, `it must be from ${minimum} to ${maximum}.`)
}

function listProblem(
  list: readonly unknown[],
  { items, maxItems = Infinity, minItems = 0 }: JsonShape,
  param: string,
  shapes: JsonShapes,
): ModelError | undefined {
  if (list.length < minItems) return invalidField(param, `give at least ${minItems} of them.`)
  if (list.length > maxItems) return invalidField(param, `give at most ${maxItems} of them.`)
  if (items === undefined) return undefined
  for (const [index, entry] of list.entries()) {
    const problem = shapeProblem(entry, items, `${param}[${index}]`, shapes)
    if (problem !== undefined) return problem
  }
  return undefined
}

function objectProblem(
  object: JsonObject,
  shape: JsonShape,
  param: string,
  shapes: JsonShapes,
): ModelError | undefined {
  const { additionalProperties = true, maxProperties = Infinity, properties = {} } = shape
  const required = shape.required ?? []
  for (const name of required) {
    if (object[name] !== undefined) continue
    const type = properties[name]?.type
    return missingField(
      `${param}.${name}`,
      `give ${type === undefined ? 'a value' : typeNames[type]}`,
    )
  }
  const names = Object.keys(object)
  if (names.length > maxProperties) {
    return invalidField(param, `it must have at most ${maxProperties} fields.`)
  }
  const others = typeof additionalProperties === 'object' ? additionalProperties : undefined
  for (const name of names) {
    const value = object[name]
    const own = Object.hasOwn(properties, name) ? properties[name] : undefined
    const isKnown = own !== undefined || additionalProperties !== false
    if (value === null && (own === undefined ? !isKnown : !required.includes(name))) continue
    const place = `${param}.${name.slice(0, 64)}`
    if (!isKnown) return unknownField(place, Object.keys(properties))
    const known = own ?? others
    const problem =
      (shape.propertyNames && shapeProblem(name, shape.propertyNames, place, shapes)) ??
      (known && shapeProblem(value, known, place, shapes))
    if (problem !== undefined) return problem
  }
  return undefined
}

function unknownField(param: string, known: readonly string[]): ModelError {
  return invalidField(
    param,
    `there is no such field here; leave it out, or use one of ${known.join(', ')}.`,
  )
}

function choiceOf(words: readonly string[]): string {
  return words.length === 1 ? (words[0] ?? '') : `one of ${words.join(', ')}`
}
