import { isJsonObject } from '@fairlead/base'
import {
  deepEqual,
  defaultCustomResourceDefinition,
  validateCustomResourceDefinition,
  validateCustomResourceDefinitionStatus,
  type CustomResourceDefinitionObject,
  type FieldError,
  type KubernetesObject,
} from '@fairlead/kube-core'

import type { KindRules } from '../definitions/built-in-kind.ts'
import { recordAt } from '../definitions/fields.ts'
import { createdAtColumn, nameColumn } from '../definitions/standard-columns.ts'
import { checkCaBundle } from './ca-bundle.ts'
import { statusOf, withCondition } from './definition-status.ts'

/** Keeps a definition that is being deleted until all objects of its kind are gone. */
export const cleanupFinalizer = 'customresourcecleanup.apiextensions.k8s.io'

/** Where definitions are stored. */
export const definitionResource = 'customresourcedefinitions.apiextensions.k8s.io'

/** What a definition says of itself from when it is deleted until its objects are. */
const terminating = {
  type: 'Terminating',
  status: 'True',
  reason: 'InstanceDeletionPending',
  message: 'CustomResourceDefinition marked for deletion; CustomResource deletion will begin soon',
} as const

/** CustomResourceDefinition itself, as a built-in kind. */
export const definitionRules: KindRules = {
  group: 'apiextensions.k8s.io',
  plural: 'customresourcedefinitions',
  hasGeneration: true,
  allColumns: [nameColumn, createdAtColumn],
  writeRules: {
    defaults: fillIn,
    prepareForCreate(definition) {
      definition['status'] = {
        conditions: null,
        acceptedNames: { plural: '', kind: '' },
        storedVersions: storageVersion(definition) ?? null,
      }
    },
    prepareForUpdate(definition) {
      const stored = statusOf(definition).storedVersions ?? []
      const added = storageVersion(definition)?.filter((name) => !stored.includes(name)) ?? []
      if (added.length === 0) return
      const storedVersions = [...stored, ...added]
      definition['status'] = { ...recordAt(definition, 'status'), storedVersions }
    },
    prepareForDelete(definition, now) {
      const { metadata } = definition
      metadata.finalizers = [...new Set([...(metadata.finalizers ?? []), cleanupFinalizer])]
      const conditions = withCondition(statusOf(definition).conditions, terminating, now)
      definition['status'] = { ...recordAt(definition, 'status'), conditions }
    },
    validate,
  },
}

function fillIn(definition: KubernetesObject): void {
  const { spec } = definition as CustomResourceDefinitionObject
  // Without names there is nothing to default; validation reports what is missing.
  if (!isJsonObject(spec) || !isJsonObject(spec.names)) return
  const { names, conversion } = defaultCustomResourceDefinition(
    definition as CustomResourceDefinitionObject,
  ).spec
  Object.assign(spec.names, names)
  Object.assign(spec, { conversion })
}

/** The name of the first version marked as storage version, in a list; undefined without one. */
function storageVersion(definition: KubernetesObject): string[] | undefined {
  const { versions } = recordAt(definition, 'spec')
  if (!Array.isArray(versions)) return undefined
  const version = versions
    .filter((each) => isJsonObject(each))
    .find(({ storage }) => storage === true)
  return version && [String(version['name'])]
}

/**
 * A definition whose spec stays as it is was valid when it was written: only the status is looked
 * at, as also when its status alone is written.
 */
function validate(next: KubernetesObject, previous?: KubernetesObject): FieldError[] {
  const definition = next as CustomResourceDefinitionObject
  const old = previous as CustomResourceDefinitionObject | undefined
  if (old !== undefined && deepEqual(definition.spec, old.spec)) {
    return validateCustomResourceDefinitionStatus(definition)
  }
  return [
    ...validateCustomResourceDefinition(definition, old),
    ...(old === undefined ? [] : checkCaBundle(definition, old)),
  ]
}
