import {
  applyDefaults,
  compileRules,
  deepFreeze,
  pruneUnknownFields,
  SchemaValidator,
  type CustomResourceDefinitionObject,
  type CustomResourceVersion,
  type KubernetesObject,
  type StructuralSchema,
} from '@fairlead/kube-core'

import { objectMeta, typeFields } from '../definitions/object-meta-schema.ts'
import { nameColumn } from '../definitions/standard-columns.ts'
import {
  allVerbs,
  type Conversion,
  type ResourceDefinition,
} from '../definitions/resource-definition.ts'
import { customColumns } from './custom-columns.ts'

/** The served versions of a definition as resources; `terminating` refuses new objects. */
export function customKinds(
  definition: CustomResourceDefinitionObject,
  terminating: boolean,
): ResourceDefinition[] {
  return definition.spec.versions
    .filter(({ served }) => served)
    .map((version) => customKind(definition, version, terminating))
}

function customKind(
  { spec }: CustomResourceDefinitionObject,
  version: CustomResourceVersion,
  terminating: boolean,
): ResourceDefinition {
  const { group, names } = spec
  const userSchema = version.schema?.openAPIV3Schema ?? {}
  const schema = withStandardFields(userSchema)
  const storage = spec.versions.find((each) => each.storage) ?? version
  const { scale } = version.subresources ?? {}
  return {
    group,
    version: version.name,
    kind: names.kind,
    plural: names.plural,
    namespaced: spec.scope === 'Namespaced',
    singular: names.singular ?? names.kind.toLowerCase(),
    listKind: names.listKind ?? `${names.kind}List`,
    shortNames: names.shortNames ?? [],
    categories: names.categories ?? [],
    storageResource: `${names.plural}.${group}`,
    storageApiVersion: `${group}/${storage.name}`,
    verbs: allVerbs,
    origin: 'custom',
    schema,
    validator: new SchemaValidator(schema),
    rules: compileRules(withRuleFields(userSchema)).rules,
    openApiName: [...group.split('.').toReversed(), version.name, names.kind].join('.'),
    hasGeneration: true,
    hasStatusSubresource: version.subresources?.status !== undefined,
    ...(scale === undefined ? {} : { scale }),
    nameRule: 'subdomain',
    createOnUpdate: false,
    columns: [nameColumn, ...customColumns(version.additionalPrinterColumns)],
    selectableFields: (version.selectableFields ?? []).map(({ jsonPath }) =>
      jsonPath.replace(/^\./, ''),
    ),
    writeRules: {},
    conversion: convertAndDefault(group, version.name, storage.name, schema),
    ...(version.deprecated
      ? {
          deprecationWarning:
            version.deprecationWarning ?? `${group}/${version.name} ${names.kind} is deprecated`,
        }
      : {}),
    ...(terminating
      ? {
          creationForbidden: 'create not allowed while custom resource definition is terminating',
        }
      : {}),
  }
}

/**
 * Versions differ in apiVersion alone. What is stored may be older than the schema, so unknown
 * fields are dropped and defaults filled in on reading; the result is kept as long as the object.
 */
function convertAndDefault(
  group: string,
  servedVersion: string,
  storedVersion: string,
  schema: StructuralSchema,
): Conversion {
  const servedForms = new WeakMap<KubernetesObject, KubernetesObject>()
  return {
    toServed(stored) {
      const known = servedForms.get(stored)
      if (known !== undefined) return known
      const pruned = pruneUnknownFields(stored, schema).object
      const object = applyDefaults(pruned, schema) as KubernetesObject
      const served = deepFreeze({ ...object, apiVersion: `${group}/${servedVersion}` })
      servedForms.set(stored, served)
      return served
    },
    toStored: (served) => ({ ...served, apiVersion: `${group}/${storedVersion}` }),
  }
}

/** The user's schema knows nothing of metadata, which is the same for all kinds. */
function withStandardFields(schema: StructuralSchema): StructuralSchema {
  return {
    ...schema,
    type: 'object',
    properties: { ...schema.properties, ...typeFields, metadata: objectMeta },
  }
}

/** Rules see of the metadata only the names. */
function withRuleFields(schema: StructuralSchema): StructuralSchema {
  const metadata: StructuralSchema = {
    type: 'object',
    properties: { name: { type: 'string' }, generateName: { type: 'string' } },
  }
  return {
    ...schema,
    type: 'object',
    properties: { ...schema.properties, ...typeFields, metadata },
  }
}
