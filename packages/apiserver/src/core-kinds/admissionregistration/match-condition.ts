import { checkLabelKey } from '@fairlead/kube-core'

import type { Place } from '../shared/place.ts'

const conditionsMax = 64

/** As validateMatchConditions in Kubernetes' validation of webhook configurations. */
export function validateMatchConditions(at: Place): void {
  const conditions = at.each('matchConditions')
  if (conditions.length > conditionsMax) {
    at.tooMany('matchConditions', conditions.length, conditionsMax)
  }
  const names = new Set<string>()
  for (const condition of conditions) {
    if (condition.text('expression').trim() === '') condition.required('expression')
    const name = condition.text('name')
    if (!condition.requireText('name')) continue
    condition.problems('name', checkLabelKey(name))
    if (names.has(name)) condition.duplicate('name')
    names.add(name)
  }
}
