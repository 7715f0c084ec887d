import {
  defaultCustomResourceDefinition,
  validateCustomResourceDefinition,
  type CustomResourceDefinitionObject,
  type FieldError,
  type KubernetesObject,
} from '@fairlead/kube-core'

import { builtInKind, recordAt } from '../definitions/built-in-kind.ts'
import {
  flag,
  integer,
  keyedList,
  list,
  moment,
  object,
  text,
} from '../definitions/schema-builder.ts'
import { compileJsonPath } from '../printing/json-path.ts'
import { createdAtColumn, nameColumn } from '../definitions/standard-columns.ts'
import { isJsonObject } from '../resources/object-body.ts'
import { statusOf } from './definition-status.ts'

/** Keeps a definition that is being deleted until all objects of its kind are gone. */
export const cleanupFinalizer = 'customresourcecleanup.apiextensions.k8s.io'

const namesSchema = object(
  'How the kind and its resource are called.',
  {
    plural: text('Name of the resource in URLs.'),
    singular: text('Name of one object on the command line; the kind in lower case by default.'),
    kind: text('The kind, in CamelCase.'),
    listKind: text('Kind of a list of objects; the kind followed by List by default.'),
    shortNames: list('Abbreviations for the command line.', { type: 'string' }),
    categories: list('Groups of resources to which this one belongs, such as all.', {
      type: 'string',
    }),
  },
  { required: ['plural', 'kind'] },
)

const open = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } as const

const printerColumn = object(
  'One column.',
  {
    name: text('Title of the column.'),
    type: text('integer, number, string, boolean or date.'),
    format: text('An OpenAPI format that refines the type.'),
    description: text('What the column shows.'),
    priority: integer('0 is always shown, more only with -o wide.', { format: 'int32' }),
    jsonPath: text('Where in the object the value is.'),
  },
  { required: ['name', 'type', 'jsonPath'] },
)

const versionSchema = object(
  'One version of the kind.',
  {
    name: text('Name of the version, such as v1 or v1beta1.'),
    served: flag('Whether the version is served.'),
    storage: flag('Whether objects are stored in this version; exactly one is.'),
    deprecated: flag('Whether clients are warned.'),
    deprecationWarning: text('The warning that replaces the default one.'),
    schema: object('How objects look and what is valid.', {
      openAPIV3Schema: { ...open, description: 'A structural schema in OpenAPI v3.' },
    }),
    subresources: object('Parts of the object that have an endpoint of their own.', {
      status: { ...open, description: 'The status has an endpoint.' },
      scale: object('The object can be scaled.', {
        specReplicasPath: text('Where the wanted number of replicas is.'),
        statusReplicasPath: text('Where the actual number of replicas is.'),
        labelSelectorPath: text('Where the selector of the replicas is.'),
      }),
    }),
    additionalPrinterColumns: list('What kubectl get shows beside the name.', printerColumn),
    selectableFields: list(
      'Fields that a field selector may name.',
      object('One field.', { jsonPath: text('Where it is.') }, { required: ['jsonPath'] }),
    ),
  },
  { required: ['name', 'served', 'storage'] },
)

/** CustomResourceDefinition itself, as a built-in kind. */
export const definitionKind = builtInKind({
  group: 'apiextensions.k8s.io',
  version: 'v1',
  kind: 'CustomResourceDefinition',
  plural: 'customresourcedefinitions',
  namespaced: false,
  shortNames: ['crd', 'crds'],
  categories: ['api-extensions'],
  openApiModule: 'apiextensions-apiserver.pkg.apis.apiextensions.v1',
  hasGeneration: true,
  hasStatusSubresource: true,
  description: 'CustomResourceDefinition adds a kind to the API.',
  properties: {
    spec: object(
      'The kind that is added.',
      {
        group: text('API group of the kind.'),
        names: namesSchema,
        scope: text('Namespaced or Cluster.'),
        versions: list('The versions of the kind.', versionSchema),
        conversion: object('How objects are converted between versions.', {
          strategy: text('None only changes apiVersion.'),
          webhook: { ...open, description: 'A webhook that converts.' },
        }),
        preserveUnknownFields: flag('Must be false.'),
      },
      { required: ['group', 'names', 'scope', 'versions'] },
    ),
    status: object('What has become of the definition.', {
      conditions: keyedList(
        'Aspects of the state.',
        ['type'],
        object('One aspect.', {
          type: text('Established, NamesAccepted, NonStructuralSchema or Terminating.'),
          status: text('True, False or Unknown.'),
          reason: text('Why, in one word.'),
          message: text('Why, in a sentence.'),
          lastTransitionTime: moment('When the status last changed.'),
          observedGeneration: integer('The generation it speaks of.', { format: 'int64' }),
        }),
      ),
      acceptedNames: { ...namesSchema, required: [] },
      storedVersions: list('Versions in which objects may be stored.', { type: 'string' }),
      observedGeneration: integer('The generation last seen.', { format: 'int64' }),
    }),
  },
  required: ['spec'],
  allColumns: [nameColumn, createdAtColumn],
  writeRules: {
    prepareForCreate(definition) {
      fillIn(definition)
      definition['status'] = {
        conditions: [],
        acceptedNames: { plural: '', kind: '' },
        storedVersions: storageVersions(definition),
      }
    },
    prepareForUpdate(definition) {
      fillIn(definition)
      const { storedVersions = [] } = statusOf(definition)
      const all = [...new Set([...storedVersions, ...storageVersions(definition)])]
      definition['status'] = { ...recordAt(definition, 'status'), storedVersions: all }
    },
    prepareForDelete({ metadata }) {
      metadata.finalizers = [...new Set([...(metadata.finalizers ?? []), cleanupFinalizer])]
    },
    validate: (definition) => [
      ...validateCustomResourceDefinition(definition as CustomResourceDefinitionObject),
      ...invalidColumnPaths(definition as CustomResourceDefinitionObject),
    ],
    validateUpdate,
  },
})

function fillIn(definition: KubernetesObject): void {
  const { names } = recordAt(definition, 'spec')
  // Without names there is nothing to fill in; validation says what is missing.
  if (typeof names !== 'object' || names === null) return
  Object.assign(
    definition,
    defaultCustomResourceDefinition(definition as CustomResourceDefinitionObject),
  )
}

function storageVersions(definition: KubernetesObject): string[] {
  const { versions } = recordAt(definition, 'spec')
  if (!Array.isArray(versions)) return []
  return versions
    .filter((version) => isJsonObject(version))
    .filter(({ storage }) => storage === true)
    .map(({ name }) => String(name))
}

function invalidColumnPaths({ spec }: CustomResourceDefinitionObject): FieldError[] {
  return spec.versions.flatMap(({ additionalPrinterColumns = [] }, version) =>
    additionalPrinterColumns.flatMap(({ jsonPath }, column): FieldError[] => {
      try {
        compileJsonPath(jsonPath)
        return []
      } catch (error) {
        const detail = error instanceof Error ? error.message : 'not a JSON path'
        const field = `spec.versions[${version}].additionalPrinterColumns[${column}].jsonPath`
        return [{ type: 'Invalid', field, badValue: jsonPath, detail }]
      }
    }),
  )
}

function validateUpdate(definition: KubernetesObject, previous: KubernetesObject): FieldError[] {
  const next = (definition as CustomResourceDefinitionObject).spec
  const before = (previous as CustomResourceDefinitionObject).spec
  const isEstablished = statusOf(previous).conditions.some(
    ({ type, status }) => type === 'Established' && status === 'True',
  )
  const fixed: [field: string, value: unknown, old: unknown, isFixed: boolean][] = [
    ['spec.group', next.group, before.group, true],
    ['spec.names.plural', next.names.plural, before.names.plural, true],
    ['spec.scope', next.scope, before.scope, isEstablished],
    ['spec.names.kind', next.names.kind, before.names.kind, isEstablished],
  ]
  return [
    ...fixed
      .filter(([, value, old, isFixed]) => isFixed && value !== old)
      .map(([field, badValue]): FieldError => {
        return { type: 'Invalid', field, badValue, detail: 'field is immutable' }
      }),
    ...missingStoredVersions(definition),
  ]
}

function missingStoredVersions(definition: KubernetesObject): FieldError[] {
  const { versions } = (definition as CustomResourceDefinitionObject).spec
  const names = new Set(versions.map(({ name }) => name))
  const { storedVersions = [] } = statusOf(definition)
  return storedVersions.flatMap((version, index): FieldError[] => {
    if (names.has(version)) return []
    const detail =
      `missing from spec.versions; ${version} was previously a storage version, and must remain in ` +
      'spec.versions until a storage migration ensures no data remains persisted in ' +
      `${version} and removes ${version} from status.storedVersions`
    const field = `status.storedVersions[${index}]`
    return [{ type: 'Invalid', field, badValue: version, detail }]
  })
}
