import type { StructuralSchema } from '@fairlead/kube-core'

import { objectMeta } from '../definitions/object-meta-schema.ts'
import type { ResourceDefinition } from '../definitions/resource-definition.ts'

const objectMetaName = 'io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta'
const listMetaName = 'io.k8s.apimachinery.pkg.apis.meta.v1.ListMeta'

/** Where references to shared schemas point. */
type ReferencePrefix = '#/components/schemas/' | '#/definitions/'

/** All schemas that one set of resources needs, by their published names. */
export function publishSchemas(
  definitions: readonly ResourceDefinition[],
  prefix: ReferencePrefix,
): Record<string, object> {
  const schemas: Record<string, object> = {
    [objectMetaName]: objectMeta,
    [listMetaName]: listMeta,
  }
  for (const definition of definitions) {
    const { group, version, kind, listKind, openApiName } = definition
    const gvk = (name: string): object => ({
      'x-kubernetes-group-version-kind': [{ group, kind: name, version }],
    })
    schemas[openApiName] = { ...kindSchema(definition, prefix), ...gvk(kind) }
    schemas[`${openApiName}List`] = { ...listSchema(definition, prefix), ...gvk(listKind) }
  }
  return schemas
}

const listMeta: StructuralSchema = {
  type: 'object',
  description: 'Metadata of a list.',
  properties: {
    resourceVersion: { type: 'string', description: 'The version of the store the list shows.' },
    continue: { type: 'string', description: 'Given back to get the next page.' },
    remainingItemCount: {
      type: 'integer',
      format: 'int64',
      description: 'How many objects follow this page.',
    },
    selfLink: { type: 'string', description: 'No longer set.' },
  },
}

function kindSchema({ schema }: ResourceDefinition, prefix: ReferencePrefix): object {
  const metadata = reference(objectMetaName, 'Standard object metadata.', prefix)
  const published = prefix === '#/definitions/' ? withoutVersion3Parts(schema) : schema
  return { ...published, properties: { ...published.properties, metadata } }
}

function listSchema({ openApiName, kind }: ResourceDefinition, prefix: ReferencePrefix): object {
  return {
    type: 'object',
    description: `${kind}List is a list of ${kind}.`,
    required: ['items'],
    properties: {
      apiVersion: { type: 'string', description: 'The versioned schema of this list.' },
      kind: { type: 'string', description: 'The kind of this list.' },
      metadata: reference(listMetaName, 'Standard list metadata.', prefix),
      items: {
        type: 'array',
        description: 'The objects.',
        items: reference(openApiName, '', prefix),
      },
    },
  }
}

function reference(name: string, description: string, prefix: ReferencePrefix): object {
  const target = { $ref: prefix + name }
  if (prefix === '#/definitions/') return { description, ...target }
  return { description, default: {}, allOf: [target] }
}

/** OpenAPI v2 knows neither nullable nor the combinators; what it cannot say is left out. */
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
