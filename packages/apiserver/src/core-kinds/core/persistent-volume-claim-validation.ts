import {
  checkLabelKey,
  compareQuantity,
  deepEqual,
  forbiddenField,
  GoSyntax,
  invalidField,
  parseQuantity,
  type FieldError,
  type KubernetesObject,
  type Quantity,
} from '@fairlead/kube-core'

import { recordAt, textAt, type Fields } from '../../definitions/fields.ts'
import { changedFields } from '../shared/changed-fields.ts'
import { validateClaimSpec } from '../shared/claim-spec.ts'
import { immutableErrors } from '../shared/immutable-field.ts'
import { errorsOf, type Place } from '../shared/place.ts'
import { quantityAt, validateResourceQuantity } from '../shared/quantities.ts'
import { isNativeResource } from '../shared/resource-names.ts'
import { classAnnotation } from '../shared/storage-class-annotation.ts'

const resizeStates = [
  'ControllerResizeInProgress',
  'ControllerResizeInfeasible',
  'NodeResizeInProgress',
  'NodeResizeInfeasible',
  'NodeResizePending',
]

/** As ValidatePersistentVolumeClaim in Kubernetes' core validation. */
export function validateClaim(
  claim: KubernetesObject,
  options: Parameters<typeof validateClaimSpec>[1] = {},
): FieldError[] {
  return errorsOf(claim, (root) => validateClaimSpec(root.within('spec'), options))
}

/** As Kubernetes' claim strategy, which validates the claim, and then it once more with the change. */
export function validateClaimUpdate(
  claim: KubernetesObject,
  previous: KubernetesObject,
): FieldError[] {
  const ofClaim = validateClaim(claim, { mayHaveInvalidValues: true })
  return [...ofClaim, ...ofClaim, ...changeErrors(claim, previous)]
}

function changeErrors(claim: KubernetesObject, previous: KubernetesObject): FieldError[] {
  const next = recordAt(claim, 'spec')
  const before = recordAt(previous, 'spec')
  const found: FieldError[] = []
  const annotated = previous.metadata.annotations?.[classAnnotation]
  const isMoved = movesClass(claim, previous)
  if (!isMoved && (claim.metadata.annotations?.[classAnnotation] ?? '') !== (annotated ?? '')) {
    const field = `metadata.annotations.${classAnnotation}`
    const shown = claim.metadata.annotations?.[classAnnotation] ?? ''
    found.push(invalidField(field, shown, 'field is immutable'))
  }
  const className = next['storageClassName']
  const isClassFree =
    before['storageClassName'] === undefined &&
    className !== undefined &&
    (annotated === undefined || className === annotated)
  const isResizable = textAt(recordAt(claim, 'status'), 'phase') === 'Bound'
  const comparable = (spec: Fields): Fields => ({
    ...spec,
    ...(textAt(before, 'volumeName') === '' ? { volumeName: undefined } : {}),
    ...(isMoved || isClassFree ? { storageClassName: undefined } : {}),
    ...(isResizable ? { resources: withoutStorage(spec) } : {}),
  })
  if (!deepEqual(comparable(next), comparable(before))) {
    const detail =
      'spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims\n' +
      changedFields(comparable(next), comparable(before), 'spec')
    found.push(forbiddenField('spec', detail))
  }
  if (isShrunk(next, before, recordAt(recordAt(previous, 'status'), 'capacity'))) {
    const detail = 'field can not be less than status.capacity'
    found.push(forbiddenField('spec.resources.requests.storage', detail))
  }
  return [...found, ...immutableErrors(next, before, '', ['volumeMode'])]
}

/** As validateStorageClassUpgradeFromAnnotation: the class moves from the annotation to the field. */
function movesClass(claim: KubernetesObject, previous: KubernetesObject): boolean {
  const before = previous.metadata.annotations?.[classAnnotation]
  const after = claim.metadata.annotations?.[classAnnotation]
  return (
    before !== undefined &&
    recordAt(previous, 'spec')['storageClassName'] === undefined &&
    recordAt(claim, 'spec')['storageClassName'] === before &&
    (after === undefined || after === before)
  )
}

function withoutStorage(spec: Fields): unknown {
  const resources = recordAt(spec, 'resources')
  return { ...resources, requests: { ...recordAt(resources, 'requests'), storage: undefined } }
}

/** A claim can ask for less again, but not for less than it has. */
function isShrunk(next: Fields, before: Fields, capacity: Fields): boolean {
  const size = storageOf(next)
  if (compareQuantity(size, storageOf(before)) >= 0) return false
  return compareQuantity(size, quantity(capacity['storage'])) <= 0
}

function storageOf(spec: Fields): Quantity {
  return quantity(recordAt(recordAt(spec, 'resources'), 'requests')['storage'])
}

function quantity(value: unknown): Quantity {
  return parseQuantity(typeof value === 'string' ? value : '0')
}

/** As ValidatePersistentVolumeClaimStatusUpdate in Kubernetes' core validation. */
export function validateClaimStatus(claim: KubernetesObject): FieldError[] {
  return errorsOf(claim, (root) => {
    if (root.within('spec').items('accessModes').length === 0) root.required('Spec.accessModes')
    const status = root.within('status')
    const capacity = status.within('capacity')
    for (const name of Object.keys(capacity.fields)) validateAmount(capacity, name)
    for (const [name, state] of Object.entries(status.textMap('allocatedResourceStatuses'))) {
      // The real server names the field without the key, and the key in place of the value.
      const field = 'allocatedResourceStatus'
      validateResourceKey(status, field, name)
      if (!resizeStates.includes(state)) {
        status.unsupported(field, resizeStates, new GoSyntax(name))
      }
    }
    const allocated = status.within('allocatedResources')
    for (const name of Object.keys(allocated.fields)) {
      if (!validateResourceKey(status, 'allocatedResources', name)) continue
      if (validateAmount(allocated, name)) validateResourceQuantity(allocated, name)
    }
  })
}

/** @returns whether the key is valid */
function validateResourceKey(status: Place, field: string, name: string): boolean {
  const problems = checkLabelKey(name)
  status.problems(field, problems, name)
  if (problems.length > 0) return false
  if (!isNativeResource(name) || name === 'storage') return true
  status.unsupported(field, ['storage'], name)
  return false
}

/** As validateBasicResource. @returns whether the amount is valid */
function validateAmount(list: Place, name: string): boolean {
  const value = (quantityAt(list, name)?.nano ?? 0n) / 10n ** 9n
  if (value >= 0n) return true
  list.invalid(`[${name}]`, 'must be a valid resource quantity', Number(value))
  return false
}
