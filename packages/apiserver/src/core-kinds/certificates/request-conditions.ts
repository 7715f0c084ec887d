import {
  deepEqual,
  forbiddenField,
  type FieldError,
  type KubernetesObject,
} from '@fairlead/kube-core'

import { recordAt, recordsAt, textAt, type Fields } from '../../definitions/fields.ts'
import type { Place } from '../shared/place.ts'

const lasting = ['Approved', 'Denied', 'Failed']
const decisions = ['Approved', 'Denied']
const exclusive = 'Approved and Denied conditions are mutually exclusive'

/** As validateConditions in Kubernetes' validation of signing requests. */
export function validateConditions(status: Place, previous: KubernetesObject | undefined): void {
  const before = previous === undefined ? [] : typesOf(previous)
  const hadBoth = decisions.every((type) => before.includes(type))
  const hadDuplicates = new Set(before).size < before.length
  const seen = new Set<string>()
  for (const condition of status.each('conditions')) {
    const type = condition.text('type')
    if (type === '' && !before.includes('')) condition.required('type')
    const isLasting = lasting.includes(type)
    condition.requiredOneOf('status', isLasting ? ['True'] : ['False', 'True', 'Unknown'])
    const opposite = decisions.find((other) => other !== type)
    if (!hadBoth && decisions.includes(type) && seen.has(opposite ?? '')) {
      condition.invalid('type', exclusive, type)
    }
    if (!hadDuplicates && seen.has(type)) condition.duplicate('type', type)
    seen.add(type)
  }
}

/** As validateCertificateSigningRequestUpdate: what has been decided stays. */
export function validateConditionChange(
  request: KubernetesObject,
  previous: KubernetesObject,
): FieldError[] {
  const field = 'status.conditions'
  return lasting.flatMap((type) => {
    const before = conditionsOf(previous, type)
    const after = conditionsOf(request, type)
    if (after.length < before.length) {
      return [forbiddenField(field, `updates may not remove a condition of type "${type}"`)]
    }
    return []
  })
}

/** Through other endpoints than `approval`, nothing is approved or denied. */
export function validateNoDecision(
  request: KubernetesObject,
  previous: KubernetesObject,
): FieldError[] {
  const field = 'status.conditions'
  return decisions.flatMap((type) => {
    const before = conditionsOf(previous, type)
    const after = conditionsOf(request, type)
    if (after.length > before.length) {
      return [forbiddenField(field, `updates may not add a condition of type "${type}"`)]
    }
    if (after.length < before.length || deepEqual(before, after)) return []
    return [forbiddenField(field, `updates may not modify a condition of type "${type}"`)]
  })
}

function conditionsOf(request: KubernetesObject, type: string): readonly object[] {
  return recordsAt(recordAt(request, 'status'), 'conditions').filter(
    (condition) => condition['type'] === type,
  )
}

function typesOf(request: KubernetesObject): readonly string[] {
  return recordsAt(recordAt(request, 'status'), 'conditions').map((condition) =>
    textAt(condition, 'type'),
  )
}

/** As preserveConditionInstances: an update of `status` leaves what has been decided as it is. */
export function keepDecisions(status: Record<string, unknown>, before: Fields): void {
  const conditions = [...recordsAt(status, 'conditions')]
  for (const type of decisions) {
    const kept = recordsAt(before, 'conditions').filter((condition) => condition['type'] === type)
    const places = [...conditions.keys()].filter((index) => conditions[index]?.['type'] === type)
    if (kept.length !== places.length) continue
    for (const [order, index] of places.entries()) conditions[index] = { ...kept[order] }
  }
  if (conditions.length > 0) status['conditions'] = conditions
}

/** An approval changes the conditions and nothing else of a status. */
export function withDecisions(before: Fields, given: Fields): Fields {
  const { conditions: _conditions, ...rest } = before
  const { conditions } = given
  return conditions === undefined ? rest : { ...rest, conditions }
}

/** As populateConditionTimestamps: when conditions were set, for those that do not say it. */
export function setTimes(status: Fields, before: Fields, now: string): void {
  const earlier = recordsAt(before, 'conditions')
  for (const condition of recordsAt(status, 'conditions')) {
    condition['lastUpdateTime'] ??= now
    const same = earlier.find(
      (each) => each['type'] === condition['type'] && each['status'] === condition['status'],
    )
    condition['lastTransitionTime'] ??= same?.['lastTransitionTime'] ?? now
  }
}
