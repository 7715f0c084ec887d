import {
  applyDefaults,
  compileRules,
  deepFreeze,
  hasUnknownFields,
  lacksDefaults,
  pruneUnknownFields,
  SchemaValidator,
  type CustomResourceDefinitionObject,
  type CustomResourceVersion,
  type KubernetesObject,
  type StructuralSchema,
} from '@fairlead/kube-core'

import { objectMeta, typeFields } from '../definitions/object-meta-schema.ts'
import {
  allVerbs,
  type Conversion,
  type ResourceDefinition,
} from '../definitions/resource-definition.ts'
import { nameColumn } from '../definitions/standard-columns.ts'
import { compareVersions } from '../definitions/version-order.ts'
import { customColumns } from './custom-columns.ts'

/** The served versions of a definition as resources; `terminating` refuses creates. */
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
    ...rulesOf(userSchema),
    openApiName: [...group.split('.').toReversed(), version.name, names.kind].join('.'),
    hasGeneration: true,
    hasStatusSubresource: version.subresources?.status !== undefined,
    ...(scale === undefined ? {} : { scale }),
    nameRule: 'subdomain',
    createOnUpdate: false,
    unconditionalUpdate: false,
    returnsDeleted: false,
    orphansByDefault: false,
    columns: [nameColumn, ...customColumns(version.additionalPrinterColumns)],
    selectableFields: (version.selectableFields ?? []).map(({ jsonPath }) =>
      jsonPath.replace(/^\./, ''),
    ),
    writeRules: {},
    conversion: convertAndDefault(group, version.name, storage.name, schema),
    ...(version.deprecated
      ? { deprecationWarning: version.deprecationWarning ?? deprecation(spec, version) }
      : {}),
    ...(terminating
      ? {
          creationForbidden: 'create not allowed while custom resource definition is terminating',
        }
      : {}),
  }
}

/**
 * Versions differ only in apiVersion. Stored objects may predate the schema, so reading prunes
 * unknown fields and applies defaults; the result is cached for the lifetime of the object.
 */
function convertAndDefault(
  group: string,
  servedVersion: string,
  storedVersion: string,
  schema: StructuralSchema,
): Conversion {
  const servedForms = new WeakMap<KubernetesObject, KubernetesObject>()
  const apiVersion = `${group}/${servedVersion}`
  // What was written under this schema, in this version, is stored as it is served.
  const isServedForm = (stored: KubernetesObject): boolean =>
    stored.apiVersion === apiVersion &&
    !hasUnknownFields(stored, schema) &&
    !lacksDefaults(stored, schema)
  const servedForm = (stored: KubernetesObject): KubernetesObject => {
    const pruned = pruneUnknownFields(stored, schema).object
    return deepFreeze({ ...(applyDefaults(pruned, schema) as KubernetesObject), apiVersion })
  }
  return {
    toServed(stored) {
      const known = servedForms.get(stored)
      if (known !== undefined) return known
      const served = isServedForm(stored) ? stored : servedForm(stored)
      servedForms.set(stored, served)
      return served
    },
    toStored: (served) => ({ ...served, apiVersion: `${group}/${storedVersion}` }),
  }
}

/** The user's schema does not describe metadata, which is the same for all kinds. */
function withStandardFields(schema: StructuralSchema): StructuralSchema {
  return {
    ...schema,
    type: 'object',
    properties: { ...schema.properties, ...typeFields, metadata: objectMeta },
  }
}

/** Names the newest version that is served and not deprecated, if it is newer. */
function deprecation(
  { group, names, versions }: CustomResourceDefinitionObject['spec'],
  { name }: CustomResourceVersion,
): string {
  const newer = versions
    .filter((each) => each.served && !each.deprecated && compareVersions(each.name, name) < 0)
    .map((each) => each.name)
    .toSorted(compareVersions)
  const said = `${group}/${name} ${names.kind} is deprecated`
  return newer[0] === undefined ? said : `${said}; use ${group}/${newer[0]} ${names.kind}`
}

function rulesOf(schema: StructuralSchema): Pick<ResourceDefinition, 'rules'> {
  const { rules } = compileRules(schema)
  return rules ? { rules } : {}
}
