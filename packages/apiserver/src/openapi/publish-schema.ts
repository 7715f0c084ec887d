import type { StructuralSchema } from '@fairlead/kube-core'

import type { ResourceDefinition } from '../definitions/resource-definition.ts'
import { listMetaName, objectMetaName, typeProperty } from './shared-schemas.ts'
import { version2, type OpenApiVersion } from './version-forms.ts'
import { version2Schema } from './version2-schema.ts'
import { version3Schema } from './version3-schema.ts'

const conventions =
  'https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md'

/**
 * The schemas of custom resources and their lists, by their published names, as the builder of
 * apiextensions-apiserver describes them. They refer to the shared ones.
 */
export function publishSchemas(
  definitions: readonly ResourceDefinition[],
  version: OpenApiVersion,
): Record<string, unknown> {
  const schemas: Record<string, unknown> = {}
  for (const definition of definitions) {
    const { group, version: name, kind, listKind, openApiName, selectableFields } = definition
    const extensions = (of: string): object => ({
      'x-kubernetes-group-version-kind': [{ group, kind: of, version: name }],
      'x-kubernetes-selectable-fields': selectableFields.map((fieldPath) => ({ fieldPath })),
    })
    schemas[openApiName] = { ...kindSchema(definition, version), ...extensions(kind) }
    schemas[`${openApiName}List`] = { ...listSchema(definition, version), ...extensions(listKind) }
  }
  return schemas
}

function kindSchema({ schema }: ResourceDefinition, version: OpenApiVersion): object {
  const isVersion2 = version === version2
  // Clients take a kind of which v2 lists no fields for one that may have any.
  if (isVersion2 && schema['x-kubernetes-preserve-unknown-fields'] === true) {
    return { type: 'object' }
  }
  const expressed = isVersion2 ? version2Schema(schema) : version3Schema(schema)
  const published = withEmbeddedObjects(expressed, version)
  return {
    ...published,
    properties: {
      ...published.properties,
      apiVersion: typeProperty('apiVersion'),
      kind: typeProperty('kind'),
      metadata: objectMetadata(version),
    },
  }
}

/** Says of the objects in an object what all objects have. */
function withEmbeddedObjects(schema: StructuralSchema, version: OpenApiVersion): StructuralSchema {
  const { properties, items, additionalProperties } = schema
  const below = (part: StructuralSchema): StructuralSchema => withEmbeddedObjects(part, version)
  const whole: StructuralSchema = {
    ...schema,
    ...(properties === undefined
      ? {}
      : {
          properties: Object.fromEntries(
            Object.entries(properties).map(([name, each]) => [name, below(each)]),
          ),
        }),
    ...(items === undefined ? {} : { items: below(items) }),
    ...(typeof additionalProperties === 'object'
      ? { additionalProperties: below(additionalProperties) }
      : {}),
  }
  // Of what may have any fields, v2 names none.
  const isOpen = version === version2 && schema['x-kubernetes-preserve-unknown-fields'] === true
  if (schema['x-kubernetes-embedded-resource'] !== true || isOpen) return whole
  return {
    ...whole,
    properties: {
      ...whole.properties,
      apiVersion: {
        ...typeProperty('apiVersion'),
        description: `apiVersion defines the versioned schema of this representation of an object. More info: ${conventions}#resources`,
      },
      kind: {
        ...typeProperty('kind'),
        description: `kind is a string value representing the type of this object. In CamelCase. More info: ${conventions}#types-kinds`,
      },
      metadata: objectMetadata(version),
    },
    required: [...new Set([...(whole.required ?? []), 'kind', 'apiVersion'])],
  }
}

function listSchema(
  { openApiName, kind, listKind, plural }: ResourceDefinition,
  version: OpenApiVersion,
): object {
  return {
    description: `${listKind} is a list of ${kind}`,
    type: 'object',
    required: ['items'],
    properties: {
      apiVersion: typeProperty('apiVersion'),
      kind: typeProperty('kind'),
      items: {
        description: `List of ${plural}. More info: ${conventions}`,
        type: 'array',
        items: { $ref: version.schemas + openApiName },
      },
      metadata: version.described(
        `Standard list metadata. More info: ${conventions}#types-kinds`,
        listMetaName,
      ),
    },
  }
}

function objectMetadata(version: OpenApiVersion): object {
  return version.described(
    `Standard object's metadata. More info: ${conventions}#metadata`,
    objectMetaName,
  )
}
