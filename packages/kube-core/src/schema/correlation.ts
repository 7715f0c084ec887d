import { canonicalJson, isJsonObject, type JsonObject } from '@fairlead/base'
import { deepEqual } from '../deep-equal.ts'
import { fieldSchema } from './field-schema.ts'
import type { StructuralSchema } from './structural-schema.ts'

/**
 * A value beside the stored one whose place it takes, to tell what an update has left as it was.
 * Fields belong together by name, items of a map list by their keys; items of other lists, and what
 * the schema does not describe, have no counterpart. Compares each part at most once. As
 * CorrelatedObject in Kubernetes' apiserver.
 */
export class Correlation {
  readonly #value: unknown
  readonly #old: unknown
  readonly #schema: StructuralSchema
  readonly #children = new Map<string | number, Correlation | undefined>()
  #oldItems: ReadonlyMap<string, unknown> | undefined
  #isUnchanged: boolean | undefined

  constructor(value: unknown, old: unknown, schema: StructuralSchema) {
    this.#value = value
    this.#old = old
    this.#schema = schema
  }

  /** Whether the value is the stored one; items of a map list may have changed places. */
  get isUnchanged(): boolean {
    this.#isUnchanged ??= this.#compare()
    return this.#isUnchanged
  }

  /** The field of this name with its counterpart; undefined if one of them is missing. */
  key(name: string): Correlation | undefined {
    return this.#child(name, () => this.#field(name))
  }

  /** The item at this index with its counterpart; undefined if one of them is missing. */
  index(index: number): Correlation | undefined {
    return this.#child(index, () => this.#item(index))
  }

  #child(place: string | number, find: () => Correlation | undefined): Correlation | undefined {
    if (!this.#children.has(place)) this.#children.set(place, find())
    return this.#children.get(place)
  }

  #field(name: string): Correlation | undefined {
    if (!isJsonObject(this.#value) || !isJsonObject(this.#old)) return undefined
    const value = Object.hasOwn(this.#value, name) ? this.#value[name] : undefined
    const old = Object.hasOwn(this.#old, name) ? this.#old[name] : undefined
    const schema = fieldSchema(this.#schema, name)
    if (value === undefined || old === undefined || schema === undefined) return undefined
    return new Correlation(value, old, schema)
  }

  #item(index: number): Correlation | undefined {
    const { items } = this.#schema
    if (!Array.isArray(this.#value) || items === undefined) return undefined
    this.#oldItems ??= itemsByKeys(this.#old, this.#schema)
    const item: unknown = this.#value[index]
    const keys = this.#oldItems.size === 0 ? undefined : keysOf(item, this.#schema)
    const old = keys === undefined ? undefined : this.#oldItems.get(keys)
    return old === undefined ? undefined : new Correlation(item, old, items)
  }

  #compare(): boolean {
    const [value, old] = [this.#value, this.#old]
    if (Array.isArray(value) && Array.isArray(old)) return this.#compareLists(value, old)
    if (isJsonObject(value) && isJsonObject(old)) return this.#compareObjects(value, old)
    return deepEqual(value, old)
  }

  #compareLists(value: readonly unknown[], old: readonly unknown[]): boolean {
    if (this.#schema['x-kubernetes-list-type'] !== 'map') return deepEqual(value, old)
    return (
      value.length === old.length &&
      value.every((_, index) => this.index(index)?.isUnchanged === true)
    )
  }

  #compareObjects(value: JsonObject, old: JsonObject): boolean {
    const names = fieldNames(value)
    return (
      names.length === fieldNames(old).length &&
      names.every((name) => this.key(name)?.isUnchanged === true)
    )
  }
}

/** The items of a stored map list by their keys: of two with the same keys the first. */
export function itemsByKeys(list: unknown, schema: StructuralSchema): ReadonlyMap<string, unknown> {
  const items = new Map<string, unknown>()
  if (!Array.isArray(list) || schema['x-kubernetes-list-type'] !== 'map') return items
  for (const item of list) {
    const keys = keysOf(item, schema)
    if (keys !== undefined && !items.has(keys)) items.set(keys, item)
  }
  return items
}

/** What finds an item of a map list; undefined unless it has every key, each with a scalar value. */
export function keysOf(item: unknown, schema: StructuralSchema): string | undefined {
  const names = schema['x-kubernetes-list-map-keys'] ?? []
  if (!isJsonObject(item) || names.length === 0) return undefined
  const values = names.map((name) => (Object.hasOwn(item, name) ? item[name] : undefined))
  return values.every(isScalar) ? canonicalJson(values) : undefined
}

function isScalar(value: unknown): boolean {
  return value !== undefined && value !== null && !Array.isArray(value) && !isJsonObject(value)
}

function fieldNames(object: JsonObject): string[] {
  return Object.keys(object).filter((name) => object[name] !== undefined)
}
