import { SchemaValidator, type KubernetesObject, type StructuralSchema } from '@fairlead/kube-core'

import type { PrinterColumn } from './printer-column.ts'
import { ageColumn, nameColumn } from './standard-columns.ts'
import { allVerbs, type ResourceDefinition } from './resource-definition.ts'
import { objectMeta, typeFields } from './object-meta-schema.ts'

type Declared = Pick<ResourceDefinition, 'group' | 'version' | 'kind' | 'plural' | 'namespaced'> &
  Partial<Omit<ResourceDefinition, 'schema' | 'validator' | 'openApiName' | 'columns'>> & {
    readonly description: string
    readonly properties: Record<string, StructuralSchema>
    readonly required?: readonly string[]
    /** The module under which OpenAPI knows the group, for example `api.core.v1`. */
    readonly openApiModule: string
    /** Columns between the name and the age. */
    readonly columns?: readonly PrinterColumn[]
    /** All columns, for kinds that do not show name, …, age. */
    readonly allColumns?: readonly PrinterColumn[]
  }

/** A built-in kind from what is particular to it; everything else gets the usual value. */
export function builtInKind(declared: Declared): ResourceDefinition {
  const { description, properties, required, openApiModule, columns, allColumns, ...rest } =
    declared
  const { group, version, kind, plural } = declared
  const schema = kindSchema(description, properties, required)
  const apiVersion = group === '' ? version : `${group}/${version}`
  return {
    singular: kind.toLowerCase(),
    listKind: `${kind}List`,
    shortNames: [],
    categories: [],
    storageResource: group === '' ? plural : `${plural}.${group}`,
    storageApiVersion: apiVersion,
    verbs: allVerbs,
    origin: 'built-in',
    hasGeneration: false,
    hasStatusSubresource: false,
    nameRule: 'subdomain',
    createOnUpdate: false,
    selectableFields: [],
    writeRules: {},
    ...rest,
    schema,
    validator: new SchemaValidator(schema),
    openApiName: `io.k8s.${openApiModule}.${kind}`,
    columns: allColumns ?? [nameColumn, ...(columns ?? []), ageColumn],
  }
}

function kindSchema(
  description: string,
  properties: Record<string, StructuralSchema>,
  required: readonly string[] | undefined,
): StructuralSchema {
  return {
    type: 'object',
    description,
    properties: { ...typeFields, metadata: objectMeta, ...properties },
    ...(required === undefined ? {} : { required: [...required] }),
  }
}

/** A field of `spec`, `status` or the top of an object as an open record. */
export function recordAt(object: KubernetesObject, field: string): Record<string, unknown> {
  const value = object[field]
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : {}
}

/** A field's text; empty when it is absent or no text. */
export function textAt(record: Readonly<Record<string, unknown>>, field: string): string {
  const value = record[field]
  return typeof value === 'string' ? value : ''
}
