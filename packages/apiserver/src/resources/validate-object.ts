import {
  errors,
  evaluateRules,
  qualifiedKind,
  validateObjectMeta,
  validateObjectMetaUpdate,
  type FieldError,
  type KubernetesObject,
} from '@fairlead/kube-core'

import type { ResourceDefinition } from '../definitions/resource-definition.ts'

const rulesNotChecked: FieldError = {
  type: 'Invalid',
  field: '<nil>',
  badValue: 'null',
  detail:
    'some validation rules were not checked because the object was invalid; ' +
    'correct the existing errors to complete validation',
}

/** Checks a new object. @throws StatusError 422 naming every wrong field */
export function validateNewObject(definition: ResourceDefinition, object: KubernetesObject): void {
  const { namespaced, nameRule } = definition
  throwIfInvalid(definition, object, [
    ...validateObjectMeta(object.metadata, { namespaced, nameRule }),
    ...validateContent(definition, object, undefined),
    ...(definition.writeRules.validate?.(object) ?? []),
  ])
}

/** Checks a change; values that were wrong before and did not change are tolerated. */
export function validateChangedObject(
  definition: ResourceDefinition,
  object: KubernetesObject,
  previous: KubernetesObject,
): void {
  throwIfInvalid(definition, object, [
    ...validateObjectMetaUpdate(object.metadata, previous.metadata),
    ...validateContent(definition, object, previous),
    ...(definition.writeRules.validate?.(object) ?? []),
    ...(definition.writeRules.validateUpdate?.(object, previous) ?? []),
  ])
}

function validateContent(
  definition: ResourceDefinition,
  object: KubernetesObject,
  old: KubernetesObject | undefined,
): FieldError[] {
  const found = definition.validator.validate(object, old === undefined ? {} : { old })
  if (definition.rules === undefined) return found
  if (found.length > 0) return [...found, rulesNotChecked]
  return evaluateRules(definition.rules, object, old)
}

function throwIfInvalid(
  definition: ResourceDefinition,
  object: KubernetesObject,
  found: readonly FieldError[],
): void {
  if (found.length === 0) return
  throw errors.invalid(qualifiedKind(definition), object.metadata.name ?? '', found)
}
