import {
  bool,
  bytes,
  type CelType,
  double,
  duration,
  dyn,
  int,
  listOf,
  mapOf,
  string,
  timestamp,
} from '@fairlead/cel'
import type { StructuralSchema } from '../schema/structural-schema.ts'
import { escapeFieldName } from './field-name.ts'

/** The largest request, in bytes; what a value without a limit of its own is limited by. */
export const requestSizeMax = 3 * 1024 * 1024

/** What rules know of the values of a schema. */
export interface SchemaType {
  readonly type: CelType
  /** The most characters or items a value has; 0 for what has no size. */
  readonly sizeMax: number
  /** The fewest bytes that a value takes in JSON. */
  readonly bytesMin: number
  /** The type of a field, item or value, by its name in paths: a field name, `@items`, `@values`. */
  member(name: string): SchemaType | undefined
}

/**
 * The type of a schema's values; undefined where rules cannot see them. As SchemaDeclType in
 * Kubernetes' apiserver. The root object also has type fields and part of its metadata.
 * @param name the name of object types in messages
 */
export function typeOfSchema(
  schema: StructuralSchema,
  isRoot = false,
  name = 'object',
): SchemaType | undefined {
  if (schema['x-kubernetes-int-or-string']) return scalar(dyn, requestSizeMax - 2, 1)
  switch (schema.type) {
    case 'array':
      return arrayType(schema, name)
    case 'object': {
      const { additionalProperties } = schema
      if (!isRoot && typeof additionalProperties === 'object') {
        return mapType(schema, additionalProperties, name)
      }
      return objectType(isRoot ? withTypeMeta(schema) : schema, name)
    }
    case 'string':
      return textType(schema)
    case 'boolean':
      return scalar(bool, 0, 4)
    case 'number':
      return scalar(double, 0, 1)
    case 'integer':
      return scalar(int, 0, 1)
    default:
      return undefined
  }
}

/** What the path leads to, without its first part, which is the variable. */
export function sizeAt(
  root: SchemaType,
  path: readonly string[],
): { min: number; max: number } | undefined {
  let current: SchemaType | undefined = root
  for (const name of path.slice(1)) current = current?.member(name)
  return current && { min: 0, max: current.sizeMax }
}

function scalar(type: CelType, sizeMax: number, bytesMin: number): SchemaType {
  return { type, sizeMax, bytesMin, member: () => undefined }
}

function isEmbedded(schema: StructuralSchema): boolean {
  return schema['x-kubernetes-embedded-resource'] === true
}

function arrayType(schema: StructuralSchema, name: string): SchemaType | undefined {
  const { items } = schema
  const item = items && typeOfSchema(items, isEmbedded(items), `${name}.@idx`)
  if (!item) return undefined
  const sizeMax =
    schema.maxItems === undefined
      ? Math.floor((requestSizeMax - 2) / (item.bytesMin + 1))
      : Math.max(0, schema.maxItems)
  const member = (part: string) => (part === '@items' ? item : undefined)
  return { type: listOf(item.type), sizeMax, bytesMin: 2, member }
}

const keyType = scalar(string, 0, 2)

function mapType(
  schema: StructuralSchema,
  values: StructuralSchema,
  name: string,
): SchemaType | undefined {
  const value = typeOfSchema(values, isEmbedded(values), `${name}.@elem`)
  if (!value) return undefined
  // A key and its quotes, a colon and a comma take six bytes at least.
  const sizeMax =
    schema.maxProperties === undefined
      ? Math.floor((requestSizeMax - 2) / (value.bytesMin + 6))
      : Math.max(0, schema.maxProperties)
  const member = (part: string) =>
    part === '@values' || part === '@items' ? value : part === '@keys' ? keyType : undefined
  return { type: mapOf(value.type), sizeMax, bytesMin: 2, member }
}

function objectType(schema: StructuralSchema, name: string): SchemaType {
  const properties = new Map(
    Object.entries(schema.properties ?? {}).map(([field, property]) => [
      escapeFieldName(field),
      property,
    ]),
  )
  const known = new Map<string, SchemaType | undefined>()
  const member = (field: string): SchemaType | undefined => {
    const property = properties.get(field)
    if (!property) return undefined
    if (!known.has(field)) {
      known.set(field, typeOfSchema(property, isEmbedded(property), `${name}.${field}`))
    }
    return known.get(field)
  }
  const type: CelType = {
    kind: 'object',
    name,
    parameters: [],
    field: (field) => member(field)?.type,
  }
  return { type, sizeMax: 0, bytesMin: objectBytesMin(schema), member }
}

/** Braces, and the required fields that have no default, each with quotes, a colon and a comma. */
function objectBytesMin({ properties = {}, required = [] }: StructuralSchema): number {
  let least = 2
  for (const name of new Set(required)) {
    const property = Object.hasOwn(properties, name) ? properties[name] : undefined
    if (!property || (property.default !== undefined && property.default !== null)) continue
    const type = typeOfSchema(property, isEmbedded(property))
    if (type) least += Buffer.byteLength(name) + type.bytesMin + 4
  }
  return least
}

const dateTimeSizeMax = 32
const dateSize = 12

function textType(schema: StructuralSchema): SchemaType {
  const { maxLength, format } = schema
  const longest = requestSizeMax - 2
  switch (format) {
    case 'byte':
      return scalar(bytes, maxLength === undefined ? longest : Math.max(0, maxLength), 2)
    case 'duration':
      return scalar(duration, dateTimeSizeMax, 3)
    case 'date':
      return scalar(timestamp, dateSize, dateSize)
    case 'date-time':
      return scalar(timestamp, dateTimeSizeMax, 21)
    case undefined:
    default:
      return scalar(string, textSizeMax(schema, longest), 2)
  }
}

/** In bytes: a character takes up to four. */
function textSizeMax({ maxLength, enum: values }: StructuralSchema, longest: number): number {
  if (maxLength !== undefined) return Math.max(0, maxLength) * 4
  if (!values?.length) return longest
  return Math.max(
    0,
    ...values.map((value) => (typeof value === 'string' ? Buffer.byteLength(value) : 0)),
  )
}

/** Rules see `apiVersion`, `kind` and, of the metadata, only the names. */
export function withTypeMeta(schema: StructuralSchema): StructuralSchema {
  return {
    ...schema,
    properties: {
      ...schema.properties,
      apiVersion: { type: 'string' },
      kind: { type: 'string' },
      metadata: {
        type: 'object',
        properties: { name: { type: 'string' }, generateName: { type: 'string' } },
      },
    },
  }
}
