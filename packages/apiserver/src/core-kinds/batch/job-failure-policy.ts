import { checkLabelKey, GoSyntax } from '@fairlead/kube-core'

import type { Place } from '../shared/place.ts'

const rulesMax = 20
const exitCodesMax = 255
const conditionsMax = 20
const actions = ['Count', 'FailIndex', 'FailJob', 'Ignore'] as const
const operators = ['In', 'NotIn'] as const
const statuses = ['False', 'True', 'Unknown'] as const

/** As validatePodFailurePolicy in Kubernetes' validation of `batch`. */
export function validatePodFailurePolicy(spec: Place): void {
  const policy = spec.at('podFailurePolicy')
  if (policy === undefined) return
  const rules = policy.each('rules')
  if (rules.length > rulesMax) policy.tooMany('rules', rules.length, rulesMax)
  const pod = spec.within('template').within('spec')
  const containers = new Set(
    [...pod.each('containers'), ...pod.each('initContainers')].map((each) => each.text('name')),
  )
  for (const rule of rules) validateRule(spec, rule, containers)
}

function validateRule(spec: Place, rule: Place, containers: ReadonlySet<string>): void {
  const action = rule.text('action')
  if (action === '') rule.required('action', validValues(actions))
  else if (action === 'FailIndex') {
    if (!spec.has('backoffLimitPerIndex')) {
      rule.invalid('action', 'requires the backoffLimitPerIndex to be set')
    }
  } else rule.oneOf('action', actions)
  const exitCodes = rule.at('onExitCodes')
  if (exitCodes !== undefined) validateExitCodes(exitCodes, containers)
  const conditions = rule.each('onPodConditions')
  if (conditions.length > 0) validateConditions(rule, conditions)
  const both = 'specifying both OnExitCodes and OnPodConditions is not supported'
  const one = 'specifying one of OnExitCodes and OnPodConditions is required'
  const hasCodes = exitCodes !== undefined
  if (hasCodes !== conditions.length > 0) return
  rule.found.push({ type: 'Invalid', field: rule.path, detail: hasCodes ? both : one })
}

function validValues(values: readonly string[]): string {
  return `valid values: [${values.map((value) => JSON.stringify(value)).join(' ')}]`
}

function validateConditions(rule: Place, conditions: readonly Place[]): void {
  if (conditions.length > conditionsMax) {
    rule.tooMany('onPodConditions', conditions.length, conditionsMax)
  }
  for (const condition of conditions) {
    condition.problems('type', checkLabelKey(condition.text('type')))
    if (condition.text('status') === '') condition.required('status', validValues(statuses))
    else condition.oneOf('status', statuses)
  }
}

function validateExitCodes(codes: Place, containers: ReadonlySet<string>): void {
  if (codes.text('operator') === '') codes.required('operator', validValues(operators))
  else codes.oneOf('operator', operators)
  if (codes.has('containerName') && !containers.has(codes.text('containerName'))) {
    const detail = 'must be one of the container or initContainer names in the pod template'
    codes.invalid('containerName', detail)
  }
  const values = codes.items('values').map(Number)
  const shown = new GoSyntax(codes.has('values') ? `[]int32{${values.join(', ')}}` : '[]int32(nil)')
  if (values.length === 0) codes.invalid('values', 'at least one value is required', shown)
  else if (values.length > exitCodesMax) codes.tooMany('values', values.length, exitCodesMax)
  const seen = new Set<number>()
  for (const [index, value] of values.entries()) {
    const field = `values[${index}]`
    if (codes.text('operator') === 'In' && value === 0) {
      codes.invalid(field, 'must not be 0 for the In operator', value)
    }
    if (seen.has(value)) codes.duplicate(field, value)
    seen.add(value)
  }
  const isOrdered = values.every((value, index) => index === 0 || value >= (values[index - 1] ?? 0))
  if (!isOrdered) codes.invalid('values', 'must be ordered', shown)
}
