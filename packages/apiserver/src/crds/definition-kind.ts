import { isJsonObject } from '@fairlead/base'
import {
  defaultCustomResourceDefinition,
  validateCustomResourceDefinition,
  type CustomResourceDefinitionObject,
  type FieldError,
  type KubernetesObject,
} from '@fairlead/kube-core'

import type { KindRules } from '../definitions/built-in-kind.ts'
import { recordAt } from '../definitions/fields.ts'
import { createdAtColumn, nameColumn } from '../definitions/standard-columns.ts'
import { compileJsonPath } from '../printing/json-path.ts'
import { statusOf } from './definition-status.ts'

/** Keeps a definition that is being deleted until all objects of its kind are gone. */
export const cleanupFinalizer = 'customresourcecleanup.apiextensions.k8s.io'

/** Where definitions are stored. */
export const definitionResource = 'customresourcedefinitions.apiextensions.k8s.io'

/** CustomResourceDefinition itself, as a built-in kind. */
export const definitionRules: KindRules = {
  group: 'apiextensions.k8s.io',
  plural: 'customresourcedefinitions',
  hasGeneration: true,
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
}

function fillIn(definition: KubernetesObject): void {
  const { names } = recordAt(definition, 'spec')
  // Without names there is nothing to default; validation reports what is missing.
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
  // A list that is required is null where a client leaves it out.
  const versions: typeof spec.versions | null = spec.versions
  return (versions ?? []).flatMap(({ additionalPrinterColumns = [] }, version) =>
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
