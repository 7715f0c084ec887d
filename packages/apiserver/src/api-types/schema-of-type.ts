import type { StructuralSchema } from '@fairlead/kube-core'

import { apiType, type ApiField, type ApiFieldType, type ApiType } from './api-type.ts'
import { atomicTypes } from './atomic-types.ts'

const prefix = 'io.k8s.apimachinery.pkg'
const anything: StructuralSchema = { 'x-kubernetes-preserve-unknown-fields': true }
const open: StructuralSchema = { type: 'object', ...anything }

const quantity: StructuralSchema = { 'x-kubernetes-int-or-string': true, format: 'quantity' }

/** Types that encode themselves: what they are in JSON. */
const encoded: Readonly<Record<string, StructuralSchema>> = {
  [`${prefix}.api.resource.Quantity`]: quantity,
  [`${prefix}.apis.meta.v1.Time`]: { type: 'string', format: 'date-time', nullable: true },
  [`${prefix}.apis.meta.v1.MicroTime`]: { type: 'string', format: 'date-time', nullable: true },
  [`${prefix}.apis.meta.v1.Duration`]: { type: 'string' },
  [`${prefix}.apis.meta.v1.FieldsV1`]: { ...open, 'x-kubernetes-map-type': 'atomic' },
  [`${prefix}.runtime.RawExtension`]: { ...open, 'x-kubernetes-map-type': 'atomic' },
  [`${prefix}.util.intstr.IntOrString`]: { 'x-kubernetes-int-or-string': true },
}
const atomic: StructuralSchema = { 'x-kubernetes-map-type': 'atomic' }
/** A schema in a CustomResourceDefinition names itself, and is owned as a whole. */
const selfNaming = /\.apiextensions\.v1\.JSON/

/**
 * The structural schema of a built-in type, for ownership of fields and strategic merge patches. It
 * has no descriptions and no rules: values are checked when they are decoded.
 */
export function schemaOfType(name: string): StructuralSchema {
  return objectSchema(apiType(name))
}

/**
 * The schema of a built-in type for the types of expressions, which do not see quantities: Kubernetes
 * publishes them without a type.
 */
export function schemaForExpressions(name: string): StructuralSchema {
  return withoutQuantities(schemaOfType(name))
}

function withoutQuantities(schema: StructuralSchema): StructuralSchema {
  if (schema.format === quantity.format) return {}
  const { properties: fields, items, additionalProperties: values } = schema
  const visible = Object.entries(fields ?? {}).map(
    ([name, field]) => [name, withoutQuantities(field)] as const,
  )
  return {
    ...schema,
    ...(fields === undefined ? {} : { properties: Object.fromEntries(visible) }),
    ...(items === undefined ? {} : { items: withoutQuantities(items) }),
    ...(typeof values === 'object' ? { additionalProperties: withoutQuantities(values) } : {}),
  }
}

/** Its name, by which items of `imagePullSecrets` are known, is published with an empty default. */
const namedReference = 'io.k8s.api.core.v1.LocalObjectReference'

function objectSchema(type: ApiType): StructuralSchema {
  if (type.name === namedReference) {
    return { type: 'object', properties: { name: { type: 'string', default: '' } } }
  }
  const meta = { apiVersion: { type: 'string' }, kind: { type: 'string' } }
  return {
    type: 'object',
    properties: { ...(type.hasTypeMeta ? meta : {}), ...properties(type) },
  }
}

function properties({ fields }: ApiType): Record<string, StructuralSchema> {
  return Object.fromEntries(
    fields.flatMap((field) => {
      if (!field.isInline) return field.name === '' ? [] : [[field.name, fieldSchema(field)]]
      return field.type.kind === 'type' ? Object.entries(properties(apiType(field.type.type))) : []
    }),
  )
}

function fieldSchema(field: ApiField): StructuralSchema {
  const { type, merging } = field
  const published = merging.default ?? publishedZero(field)
  const { list, keys, map, mergeKey, strategy } = merging
  return {
    ...valueSchema(type),
    ...(list === undefined ? {} : { 'x-kubernetes-list-type': list }),
    ...(keys === undefined ? {} : { 'x-kubernetes-list-map-keys': [...keys] }),
    ...(map === undefined ? {} : { 'x-kubernetes-map-type': map }),
    ...(mergeKey === undefined ? {} : { 'x-kubernetes-patch-merge-key': mergeKey }),
    ...(strategy === undefined ? {} : { 'x-kubernetes-patch-strategy': strategy }),
    ...(published === undefined ? {} : { default: published }),
  }
}

/**
 * A scalar that Go always writes is published with its zero value as default: by this, items of a
 * list without their key are known.
 */
function publishedZero({ type, omitsEmpty }: ApiField): unknown {
  if (omitsEmpty || type.kind !== 'scalar' || type.isPointer) return undefined
  return { string: '', bool: false, int32: 0, int64: 0, float64: 0, bytes: undefined }[type.scalar]
}

function valueSchema(type: ApiFieldType): StructuralSchema {
  switch (type.kind) {
    // Go writes a list or map that is required and was never set as null.
    case 'list':
      return { type: 'array', items: valueSchema(type.items), nullable: true }
    case 'map':
      return { type: 'object', additionalProperties: valueSchema(type.values), nullable: true }
    case 'scalar':
      return scalarSchema(type.scalar)
    case 'type': {
      const own = encoded[type.type]
      if (own !== undefined) return own
      if (selfNaming.test(type.type)) return anything
      const named = apiType(type.type)
      const [wrapped] = named.fields
      return named.isWrapped && wrapped !== undefined
        ? valueSchema(wrapped.type)
        : { ...objectSchema(named), ...(atomicTypes.has(type.type) ? atomic : {}) }
    }
  }
}

function scalarSchema(scalar: string): StructuralSchema {
  switch (scalar) {
    case 'bool':
      return { type: 'boolean' }
    case 'bytes':
      return { type: 'string', format: 'byte' }
    case 'int32':
    case 'int64':
      return { type: 'integer', format: scalar }
    case 'float64':
      return { type: 'number' }
    default:
      return { type: 'string' }
  }
}
