import type { JsonSchema, ValidationRule } from '@fairlead/kube-core'
import { Type, type Static, type TProperties, type TSchema } from 'typebox'

/** A schema with the type of its values, for `defineResource`. */
export function typed<T extends TSchema>(schema: T): JsonSchema<Static<T>> {
  const plain: unknown = schema
  return plain as JsonSchema<Static<T>>
}

interface TextOptions<Value extends string> {
  /** Maximum length in characters. */
  max: number
  min?: number
  /** In Go's dialect (RE2). */
  pattern?: string
  default?: Value
}

/** A string of bounded length. */
export function text(description: string, options: TextOptions<string>) {
  const { max, min, ...rest } = options
  return Type.Unsafe<string>({
    type: 'string',
    description,
    maxLength: max,
    ...(min !== undefined && { minLength: min }),
    ...rest,
  })
}

/** One of a fixed set of words. */
export function choice<const Value extends string>(
  description: string,
  values: readonly Value[],
  options: { default?: NoInfer<Value> } = {},
) {
  return Type.Unsafe<Value>({ type: 'string', description, enum: [...values], ...options })
}

/** An integer between two bounds, inclusive. */
export function integer(
  description: string,
  options: { min: number; max: number; default?: number },
) {
  const { min, max, ...rest } = options
  const format = max > 2 ** 31 - 1 ? 'int64' : 'int32'
  return Type.Unsafe<number>({
    type: 'integer',
    format,
    description,
    minimum: min,
    maximum: max,
    ...rest,
  })
}

/** A number between two bounds, inclusive. */
export function number(description: string, { min, max }: { min: number; max: number }) {
  return Type.Unsafe<number>({
    type: 'number',
    format: 'double',
    description,
    minimum: min,
    maximum: max,
  })
}

export function flag(description: string, options: { default?: boolean } = {}) {
  return Type.Unsafe<boolean>({ type: 'boolean', description, ...options })
}

/** An object; with `default: {}` the defaults of its fields apply even if it is omitted. */
export function object<Properties extends TProperties>(
  description: string,
  properties: Properties,
  options: { default?: object; rules?: readonly ValidationRule[] } = {},
) {
  const { rules, ...rest } = options
  return Type.Object(properties, { description, ...rest, ...withRules(rules) })
}

interface ListOptions {
  /** Maximum number of items. */
  max: number
  min?: number
  default?: readonly unknown[]
  rules?: readonly ValidationRule[]
}

/** A list whose items are identified by `keys`, so that several writers can own items of it. */
export function mapList<Item extends TSchema>(
  description: string,
  keys: readonly string[],
  item: Item,
  options: ListOptions,
) {
  return list(description, item, options, {
    'x-kubernetes-list-type': 'map',
    'x-kubernetes-list-map-keys': [...keys],
  })
}

/** A list of distinct scalars. */
export function setList<Item extends TSchema>(
  description: string,
  item: Item,
  options: ListOptions,
) {
  return list(description, item, options, { 'x-kubernetes-list-type': 'set' })
}

/** A list that one writer owns as a whole; for lists whose order matters. */
export function atomicList<Item extends TSchema>(
  description: string,
  item: Item,
  options: ListOptions,
) {
  return list(description, item, options, { 'x-kubernetes-list-type': 'atomic' })
}

function list<Item extends TSchema>(
  description: string,
  item: Item,
  { max, min, rules, ...rest }: ListOptions,
  listType: object,
) {
  return Type.Array(item, {
    description,
    maxItems: max,
    ...(min !== undefined && { minItems: min }),
    ...rest,
    ...listType,
    ...withRules(rules),
  })
}

/** An object whose keys are free. */
export function record<Value extends TSchema>(
  description: string,
  value: Value,
  options: { max: number; default?: object },
) {
  const { max, ...rest } = options
  return Type.Unsafe<Record<string, Static<Value>>>({
    type: 'object',
    description,
    maxProperties: max,
    additionalProperties: value,
    ...rest,
  })
}

/** Any JSON object, stored as it is. */
export function freeObject(description: string) {
  return Type.Unsafe<Record<string, unknown>>({
    type: 'object',
    description,
    'x-kubernetes-preserve-unknown-fields': true,
  })
}

function withRules(rules: readonly ValidationRule[] | undefined) {
  return rules && { 'x-kubernetes-validations': [...rules] }
}
