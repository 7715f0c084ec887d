import { isJsonObject } from '@fairlead/base'
import { jsonObject } from '../json-object.ts'
import { fieldSchema } from './field-schema.ts'
import type { StructuralSchema } from './structural-schema.ts'
import { objectMetaFields } from '../object-meta-fields.ts'

/** These fields are never pruned from objects, nor from embedded ones. */
const typeMetaFields: readonly string[] = ['apiVersion', 'kind', 'metadata']

/**
 * A copy without the fields that the schema does not name. `pruned` lists the removed
 * paths, such as `spec.rules[0].foo`. Where the schema says `x-kubernetes-preserve-unknown-fields`
 * unknown fields stay, and named ones below it are still pruned by their own schema. `ofMetadata`
 * counts those that were in the metadata of embedded objects.
 */
export function pruneUnknownFields(
  object: unknown,
  schema: StructuralSchema,
): { object: unknown; pruned: string[]; ofMetadata: number } {
  const found: Pruned = { pruned: [], ofMetadata: 0 }
  const kept = prune(object, schema, '', true, found)
  return { object: kept, ...found }
}

interface Pruned {
  readonly pruned: string[]
  ofMetadata: number
}

/** Whether `pruneUnknownFields` would remove anything. */
export function hasUnknownFields(object: unknown, schema: StructuralSchema): boolean {
  return hasUnknown(object, schema, true, true)
}

function hasUnknown(
  value: unknown,
  schema: StructuralSchema,
  isResource: boolean,
  isRoot = false,
): boolean {
  if (Array.isArray(value)) {
    const { items } = schema
    if (!items) {
      const hasFields = (item: unknown) => isJsonObject(item) && Object.keys(item).length > 0
      return !schema['x-kubernetes-preserve-unknown-fields'] && value.some(hasFields)
    }
    return value.some((item) => hasUnknownChild(item, items))
  }
  if (!isJsonObject(value)) return false
  return Object.keys(value).some((name) => {
    if (isResource && !isRoot && name === 'metadata') return hasUnknownMetadata(value[name])
    if (isResource && typeMetaFields.includes(name)) return false
    const property = fieldSchema(schema, name)
    return property ? hasUnknownChild(value[name], property) : !keepsUnknown(schema)
  })
}

function hasUnknownChild(value: unknown, schema: StructuralSchema): boolean {
  return hasUnknown(value, schema, schema['x-kubernetes-embedded-resource'] === true)
}

function prune(
  value: unknown,
  schema: StructuralSchema,
  path: string,
  isResource: boolean,
  found: Pruned,
): unknown {
  if (Array.isArray(value)) {
    const { items } = schema
    if (!items) return schema['x-kubernetes-preserve-unknown-fields'] ? value : dropAll(value)
    return value.map((item, index) => pruneChild(item, items, `${path}[${index}]`, found))
  }
  if (!isJsonObject(value)) return value
  const kept: [string, unknown][] = []
  for (const [name, member] of Object.entries(value)) {
    const field = path === '' ? name : `${path}.${name}`
    const property = fieldSchema(schema, name)
    if (isResource && path !== '' && name === 'metadata') {
      kept.push([name, pruneMetadata(member, field, found)])
    } else if (isResource && typeMetaFields.includes(name)) kept.push([name, member])
    else if (property) kept.push([name, pruneChild(member, property, field, found)])
    else if (keepsUnknown(schema)) kept.push([name, member])
    else found.pruned.push(field)
  }
  return jsonObject(kept)
}

function pruneChild(
  value: unknown,
  schema: StructuralSchema,
  path: string,
  found: Pruned,
): unknown {
  return prune(value, schema, path, schema['x-kubernetes-embedded-resource'] === true, found)
}

/** Of the metadata of an embedded object, only the fields that Kubernetes knows stay. */
function pruneMetadata(metadata: unknown, path: string, found: Pruned): unknown {
  if (!hasUnknownMetadata(metadata) || !isJsonObject(metadata)) return metadata
  const kept: [string, unknown][] = []
  for (const [name, member] of Object.entries(metadata)) {
    if (metadataFields.has(name)) kept.push([name, member])
    else {
      found.pruned.push(`${path}.${name}`)
      found.ofMetadata += 1
    }
  }
  return jsonObject(kept)
}

function hasUnknownMetadata(metadata: unknown): boolean {
  return isJsonObject(metadata) && Object.keys(metadata).some((name) => !metadataFields.has(name))
}

const metadataFields: ReadonlySet<string> = new Set(objectMetaFields)

/** A list without an item schema can contain objects without a schema. */
function dropAll(list: readonly unknown[]): unknown[] {
  return list.map((item) => (isJsonObject(item) ? {} : item))
}

function keepsUnknown(schema: StructuralSchema): boolean {
  return (
    schema['x-kubernetes-preserve-unknown-fields'] === true || schema.additionalProperties === true
  )
}
