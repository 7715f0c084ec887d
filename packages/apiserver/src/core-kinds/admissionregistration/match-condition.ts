import {
  type AdmissionCompiler,
  checkLabelKey,
  deepEqual,
  type KubernetesObject,
} from '@fairlead/kube-core'

import { recordAt } from '../../definitions/fields.ts'
import type { Place } from '../shared/place.ts'
import { invalidExpression } from './expression.ts'

const conditionsMax = 64

/**
 * As validateMatchConditions in Kubernetes' validation of webhook configurations.
 * @param compiler is asked for only when there is a condition
 */
export function validateMatchConditions(at: Place, compiler: () => AdmissionCompiler): void {
  const conditions = at.each('matchConditions')
  if (conditions.length > conditionsMax) {
    at.tooMany('matchConditions', conditions.length, conditionsMax)
  }
  const names = new Set<string>()
  for (const condition of conditions) {
    const expression = condition.text('expression').trim()
    if (expression === '') condition.required('expression')
    else invalidExpression(condition, 'expression', compiler().condition(expression))
    const name = condition.text('name')
    if (!condition.requireText('name')) continue
    condition.problems('name', checkLabelKey(name))
    if (names.has(name)) condition.duplicate('name')
    names.add(name)
  }
}

/** Whether a policy's conditions, which have been validated before, and what they name are as before. */
export function hasSameConditions(spec: Place, previous: KubernetesObject | undefined): boolean {
  if (previous === undefined) return false
  const before = recordAt(previous, 'spec')
  return ['paramKind', 'matchConditions'].every((field) => {
    return deepEqual(spec.fields[field], before[field])
  })
}
