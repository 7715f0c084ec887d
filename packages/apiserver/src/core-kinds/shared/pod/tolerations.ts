import { checkLabelKey, checkLabelValue } from '@fairlead/kube-core'

import type { Place } from '../place.ts'

const effects = ['NoSchedule', 'PreferNoSchedule', 'NoExecute'] as const

/** As ValidateTolerations in Kubernetes' core validation. */
export function validateTolerations(spec: Place): void {
  for (const toleration of spec.each('tolerations')) {
    const key = toleration.text('key')
    const operator = toleration.text('operator')
    const effect = toleration.text('effect')
    if (key !== '') toleration.problems('key', checkLabelKey(key))
    if (key === '' && operator !== 'Exists') {
      const detail =
        'operator must be Exists when `key` is empty, which means "match all values and all keys"'
      toleration.invalid('operator', detail)
    }
    if (toleration.has('tolerationSeconds') && effect !== 'NoExecute') {
      const detail = "effect must be 'NoExecute' when `tolerationSeconds` is set"
      toleration.invalid('effect', detail)
    }
    validateOperator(toleration, operator)
    if (effect !== '') toleration.oneOf('effect', effects)
  }
}

function validateOperator(toleration: Place, operator: string): void {
  const value = toleration.text('value')
  switch (operator) {
    case '':
    case 'Equal': {
      const problems = checkLabelValue(value)
      if (problems.length > 0) toleration.invalid('operator', problems.join(';'), value)
      break
    }
    case 'Exists':
      if (value === '') break
      toleration.invalid('operator', "value must be empty when `operator` is 'Exists'", value)
      break
    default:
      toleration.unsupported('operator', ['Equal', 'Exists'])
  }
}
