import type { StructuralSchema } from '@fairlead/kube-core'

import type { ResourceDefinition } from '../definitions/resource-definition.ts'
import { listMetaName, objectMetaName, typeProperty } from './shared-schemas.ts'

/** Prefix of references to shared schemas. */
type ReferencePrefix = '#/components/schemas/' | '#/definitions/'

const conventions =
  'https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md'

/**
 * The schemas of custom resources and their lists, by their published names, as the builder of
 * apiextensions-apiserver describes them. They refer to the shared ones.
 */
export function publishSchemas(
  definitions: readonly ResourceDefinition[],
  prefix: ReferencePrefix,
): Record<string, unknown> {
  const schemas: Record<string, unknown> = {}
  for (const definition of definitions) {
    const { group, version, kind, listKind, openApiName, selectableFields } = definition
    const extensions = (name: string): object => ({
      'x-kubernetes-group-version-kind': [{ group, kind: name, version }],
      'x-kubernetes-selectable-fields': selectableFields.map((fieldPath) => ({ fieldPath })),
    })
    schemas[openApiName] = { ...kindSchema(definition, prefix), ...extensions(kind) }
    schemas[`${openApiName}List`] = { ...listSchema(definition, prefix), ...extensions(listKind) }
  }
  return schemas
}

function kindSchema({ schema }: ResourceDefinition, prefix: ReferencePrefix): object {
  const isVersion2 = prefix === '#/definitions/'
  // Clients take a kind of which v2 lists no fields for one that may have any.
  if (isVersion2 && schema['x-kubernetes-preserve-unknown-fields'] === true) {
    return { type: 'object' }
  }
  const published = isVersion2 ? withoutVersion3Parts(schema) : schema
  const metadata = described(
    `Standard object's metadata. More info: ${conventions}#metadata`,
    objectMetaName,
    prefix,
  )
  return { ...published, properties: { ...published.properties, ...typeProperties(), metadata } }
}

function listSchema(
  { openApiName, kind, listKind, plural }: ResourceDefinition,
  prefix: ReferencePrefix,
): object {
  return {
    description: `${listKind} is a list of ${kind}`,
    type: 'object',
    required: ['items'],
    properties: {
      ...typeProperties(),
      items: {
        description: `List of ${plural}. More info: ${conventions}`,
        type: 'array',
        items: { $ref: prefix + openApiName },
      },
      metadata: described(
        `Standard list metadata. More info: ${conventions}#types-kinds`,
        listMetaName,
        prefix,
      ),
    },
  }
}

function typeProperties(): Record<string, object> {
  return { apiVersion: typeProperty('apiVersion'), kind: typeProperty('kind') }
}

/** In v3, nothing may stand beside a reference. */
function described(description: string, name: string, prefix: ReferencePrefix): object {
  const reference = { $ref: prefix + name }
  return prefix === '#/definitions/'
    ? { description, ...reference }
    : { description, allOf: [reference] }
}

/** OpenAPI v2 has neither nullable nor combinators; what it cannot express is left out. */
function withoutVersion3Parts(schema: StructuralSchema): StructuralSchema {
  const { nullable: _1, allOf: _2, anyOf: _3, oneOf: _4, not: _5, ...kept } = schema
  const { properties, items, additionalProperties, ...rest } = kept
  return {
    ...rest,
    ...(properties === undefined
      ? {}
      : {
          properties: Object.fromEntries(
            Object.entries(properties).map(([name, each]) => [name, withoutVersion3Parts(each)]),
          ),
        }),
    ...(items === undefined ? {} : { items: withoutVersion3Parts(items) }),
    ...(typeof additionalProperties === 'object'
      ? { additionalProperties: withoutVersion3Parts(additionalProperties) }
      : {}),
  }
}
