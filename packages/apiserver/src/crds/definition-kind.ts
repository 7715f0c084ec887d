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
    validate,
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
  return validateCustomResourceDefinition(definition, old)
}
