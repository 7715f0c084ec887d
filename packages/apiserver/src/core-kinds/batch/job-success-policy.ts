import { GoSyntax } from '@fairlead/kube-core'

import type { Place } from '../shared/place.ts'
import { countIndexes } from './job-indexes.ts'

const rulesMax = 20
const indexesBytesMax = 64 * 1024

/** As validateSuccessPolicy in Kubernetes' validation of `batch`. */
export function validateSuccessPolicy(spec: Place): void {
  const policy = spec.at('successPolicy')
  if (policy === undefined) return
  if (spec.text('completionMode') !== 'Indexed') {
    const shown = new GoSyntax('batch.SuccessPolicy{Rules:[]batch.SuccessPolicyRule{}}')
    spec.invalid('successPolicy', 'requires indexed completion mode', shown)
    return
  }
  const rules = policy.each('rules')
  if (rules.length === 0) {
    const detail = 'at least one rules must be specified when the successPolicy is specified'
    policy.required('rules', detail)
  }
  if (rules.length > rulesMax) policy.tooMany('rules', rules.length, rulesMax)
  for (const rule of rules) validateRule(rule, spec.number('completions'))
}

function validateRule(rule: Place, completions: number): void {
  const hasIndexes = rule.has('succeededIndexes')
  const count = rule.optionalNumber('succeededCount')
  if (count === undefined && !hasIndexes) {
    rule.required('', 'at least one of succeededCount or succeededIndexes must be specified')
  }
  const indexes = rule.text('succeededIndexes')
  const total = hasIndexes ? countIndexes(indexes, completions) : 0
  if (Buffer.byteLength(indexes) > indexesBytesMax) {
    rule.tooLong('succeededIndexes', indexesBytesMax)
  }
  if (typeof total === 'string') {
    rule.invalid('succeededIndexes', `error parsing succeededIndexes: ${total}`)
  }
  if (count === undefined) return
  rule.notNegative('succeededCount')
  const atMost = 'must be less than or equal to'
  if (count > completions) {
    const detail = `${atMost} ${completions} (the number of specified completions)`
    rule.invalid('succeededCount', detail)
  }
  const indexCount = typeof total === 'number' ? total : 0
  if (hasIndexes && count > indexCount) {
    const detail = `${atMost} ${indexCount} (the number of indexes in the specified succeededIndexes field)`
    rule.invalid('succeededCount', detail)
  }
}
