import { isRawNumber } from '@fairlead/base'
import type { StructuralSchema } from '../schema/structural-schema.ts'
import { objectMetaSchema } from './object-meta-schema.ts'

/**
 * What a schema says about ownership. Which part applies depends on the value; a schema without a
 * type allows all three.
 */
export interface FieldType {
  readonly scalar?: ScalarType
  readonly list?: ListType
  readonly map?: MapType
}

export type ScalarType = 'string' | 'numeric' | 'boolean' | 'untyped'

export interface ListType {
  /** Owned as a whole. */
  readonly atomic: boolean
  /** The key fields of an item; empty for a set. */
  readonly keys: readonly string[]
  readonly element: FieldType
}

export interface MapType {
  /** Owned as a whole. */
  readonly atomic: boolean
  /** The type of a declared field. */
  named(field: string): FieldType | undefined
  /** The default of a declared field, undefined without one. */
  defaultOf(field: string): unknown
  /** The type of all other fields; undefined when none are allowed. */
  readonly element: FieldType | undefined
}

const noFields: Pick<MapType, 'named' | 'defaultOf'> = {
  named: () => undefined,
  defaultOf: () => undefined,
}

/** A value without a schema inside an atomic value. */
const untypedAtomic: FieldType = {
  scalar: 'untyped',
  get list() {
    return { atomic: true, keys: [], element: untypedAtomic }
  },
  get map() {
    return { ...noFields, atomic: true, element: untypedAtomic }
  },
}

/** A value without a schema: maps are granular, lists are atomic. */
export const deduced: FieldType = {
  scalar: 'untyped',
  list: { atomic: true, keys: [], element: untypedAtomic },
  get map() {
    return { ...noFields, atomic: false, element: deduced }
  },
}

const objectTypes = new WeakMap<StructuralSchema, FieldType>()

/** The type of a whole object: its metadata type is fixed, whatever the schema says. */
export function objectFieldType(schema: StructuralSchema): FieldType {
  const known = objectTypes.get(schema)
  if (known !== undefined) return known
  const type = fieldTypeOf({ ...schema, 'x-kubernetes-embedded-resource': true }, false)
  objectTypes.set(schema, type)
  return type
}

function fieldTypeOf(schema: StructuralSchema, inheritedPreserve: boolean): FieldType {
  // Preserving unknown fields applies to everything below.
  const preserve = inheritedPreserve || schema['x-kubernetes-preserve-unknown-fields'] === true
  switch (schema.type ?? '') {
    case 'object':
      return { map: mapTypeOf(schema, preserve) }
    case 'array':
      return { list: listTypeOf(schema, preserve) }
    case 'integer':
    case 'number':
      return { scalar: 'numeric' }
    case 'boolean':
      return { scalar: 'boolean' }
    case 'string':
      return { scalar: !schema.format || schema.format === 'byte' ? 'string' : 'untyped' }
    default:
      return {
        scalar: 'untyped',
        list: listTypeOf(schema, preserve),
        map: mapTypeOf(schema, preserve),
      }
  }
}

const resourceFields: Record<string, StructuralSchema> = {
  apiVersion: { type: 'string' },
  kind: { type: 'string' },
  metadata: objectMetaSchema,
}

function mapTypeOf(schema: StructuralSchema, preserve: boolean): MapType {
  const isResource = schema['x-kubernetes-embedded-resource'] === true
  const properties = { ...schema.properties, ...(isResource ? resourceFields : {}) }
  const property = (name: string): StructuralSchema | undefined =>
    Object.hasOwn(properties, name) ? properties[name] : undefined
  // No more than the schema names.
  const types = new Map<string, FieldType>()
  return {
    atomic: schema['x-kubernetes-map-type'] === 'atomic',
    named: (field) => {
      const known = types.get(field)
      if (known !== undefined) return known
      const found = property(field)
      if (found === undefined) return undefined
      const type = fieldTypeOf(found, preserve)
      types.set(field, type)
      return type
    },
    defaultOf: (field) => property(field)?.default,
    element: elementTypeOf(schema, preserve),
  }
}

function elementTypeOf(schema: StructuralSchema, preserve: boolean): FieldType | undefined {
  const additional = schema.additionalProperties
  if (additional === undefined) {
    // An object without named fields is free-form.
    const namesFields = Object.keys(schema.properties ?? {}).length > 0
    return preserve || !namesFields ? deduced : undefined
  }
  if (typeof additional === 'boolean') return additional ? deduced : undefined
  return fieldTypeOf(additional, preserve)
}

function listTypeOf(schema: StructuralSchema, preserve: boolean): ListType {
  const element = schema.items === undefined ? untypedAtomic : fieldTypeOf(schema.items, preserve)
  const mergeKey = schema['x-kubernetes-patch-merge-key']
  switch (schema['x-kubernetes-list-type']) {
    case 'set':
      return { atomic: false, keys: [], element }
    case 'map':
      return { atomic: false, keys: schema['x-kubernetes-list-map-keys'] ?? [], element }
    case 'atomic':
      return { atomic: true, keys: [], element }
    case undefined: {
      const strategies = schema['x-kubernetes-patch-strategy']?.split(',') ?? []
      const keys = mergeKey === undefined ? [] : [mergeKey]
      return strategies.includes('merge')
        ? { atomic: false, keys, element }
        : { atomic: true, keys: [], element }
    }
  }
}

/**
 * The part of a type that applies to a value; the whole type when none fits or there is no value.
 */
export function narrowType(type: FieldType, value: unknown): FieldType {
  if (value === undefined || value === null) return type
  if (Array.isArray(value)) return type.list ? { list: type.list } : type
  if (typeof value === 'object' && !isRawNumber(value)) return type.map ? { map: type.map } : type
  return type.scalar ? { scalar: type.scalar } : type
}

/** Whether two narrowed types selected the same part of one type. */
export function sameNarrowing(a: FieldType, b: FieldType): boolean {
  return (
    (a.map === undefined) === (b.map === undefined) &&
    (a.list === undefined) === (b.list === undefined) &&
    (a.scalar === undefined) === (b.scalar === undefined)
  )
}

/** The type of a map's field, declared or not. */
export function fieldTypeIn(map: MapType, field: string): FieldType | undefined {
  return map.named(field) ?? map.element
}
