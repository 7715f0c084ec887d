import {
  compileRules,
  SchemaValidator,
  type CustomResourceDefinitionObject,
  type CustomResourceVersion,
  type StructuralSchema,
} from '@fairlead/kube-core'

import { objectMeta, typeFields } from '../definitions/object-meta-schema.ts'
import { allVerbs, type ResourceDefinition } from '../definitions/resource-definition.ts'
import { nameColumn } from '../definitions/standard-columns.ts'
import { compareVersions } from '../definitions/version-order.ts'
import { hasEmbedded } from '../resources/embedded-objects.ts'
import type { WebhookClient } from '../webhooks/webhook-client.ts'
import { ConversionWebhook } from './conversion-webhook.ts'
import { customColumns } from './custom-columns.ts'
import { customConversion } from './custom-conversion.ts'
import { finalizerWarnings } from './finalizer-warnings.ts'

/** What the versions of a definition have in common. */
interface Circumstances {
  /** Creates are refused. */
  readonly terminating: boolean
  /** How the webhook that converts between versions is called. */
  readonly webhooks: Pick<WebhookClient, 'call'>
}

/** The served versions of a definition as resources. */
export function customKinds(
  definition: CustomResourceDefinitionObject,
  circumstances: Circumstances,
): ResourceDefinition[] {
  const { versions } = definition.spec
  const shared = { ...circumstances, schemas: schemasOf(definition) }
  return versions
    .filter(({ served }) => served)
    .map((version) => customKind(definition, version, shared))
}

/** The version in which objects are stored, which may not be served. */
export function storageKind(
  definition: CustomResourceDefinitionObject,
  circumstances: Circumstances,
): ResourceDefinition | undefined {
  const version = definition.spec.versions.find(({ storage }) => storage)
  if (version === undefined) return undefined
  return customKind(definition, version, { ...circumstances, schemas: schemasOf(definition) })
}

/** The schemas of all versions by `group/version`, with the standard fields. */
function schemasOf({ spec }: CustomResourceDefinitionObject): Map<string, StructuralSchema> {
  return new Map(
    spec.versions.map(({ name, schema }) => [
      `${spec.group}/${name}`,
      withStandardFields(schema?.openAPIV3Schema ?? {}),
    ]),
  )
}

function customKind(
  { spec }: CustomResourceDefinitionObject,
  version: CustomResourceVersion,
  {
    terminating,
    webhooks,
    schemas,
  }: Circumstances & { readonly schemas: ReadonlyMap<string, StructuralSchema> },
): ResourceDefinition {
  const { group, names, conversion } = spec
  const userSchema = version.schema?.openAPIV3Schema ?? {}
  const servedVersion = `${group}/${version.name}`
  const schema = schemas.get(servedVersion) ?? withStandardFields(userSchema)
  const storage = spec.versions.find((each) => each.storage) ?? version
  const storageVersion = `${group}/${storage.name}`
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
    storageApiVersion: storageVersion,
    verbs: allVerbs,
    origin: 'custom',
    schema,
    versionSchemas: schemas,
    hasEmbeddedObjects: hasEmbedded(userSchema),
    // What it says of the type and of metadata counts, too.
    validator: new SchemaValidator(userSchema),
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
    writeRules: { warnings: finalizerWarnings },
    conversion: customConversion({
      servedVersion,
      storageVersion,
      schemas,
      webhook:
        conversion?.strategy === 'Webhook'
          ? new ConversionWebhook(webhooks, conversion.webhook)
          : undefined,
    }),
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
