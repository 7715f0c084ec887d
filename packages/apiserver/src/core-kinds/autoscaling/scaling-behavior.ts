import { defaultTo, fieldsAt, fieldsWithin, type MutableFields } from '../shared/defaulting.ts'
import type { Place } from '../shared/place.ts'

const periodSecondsMax = 1800
const stabilizationSecondsMax = 3600

/** As SetDefaults_HorizontalPodAutoscalerBehavior in Kubernetes' defaults of `autoscaling`. */
export function defaultBehavior(spec: MutableFields): void {
  const behavior = fieldsAt(spec, 'behavior')
  if (behavior === undefined) return
  const up = fieldsWithin(behavior, 'scaleUp')
  defaultTo(up, 'stabilizationWindowSeconds', 0)
  defaultTo(up, 'selectPolicy', 'Max')
  defaultTo(up, 'policies', [
    { type: 'Pods', value: 4, periodSeconds: 15 },
    { type: 'Percent', value: 100, periodSeconds: 15 },
  ])
  const down = fieldsWithin(behavior, 'scaleDown')
  defaultTo(down, 'selectPolicy', 'Max')
  defaultTo(down, 'policies', [{ type: 'Percent', value: 100, periodSeconds: 15 }])
}

/** As validateBehavior in Kubernetes' validation of `autoscaling`. */
export function validateBehavior(spec: Place): void {
  for (const field of ['scaleUp', 'scaleDown']) {
    const rules = spec.within('behavior').at(field)
    if (rules !== undefined) validateRules(rules)
  }
}

function validateRules(rules: Place): void {
  const window = rules.number('stabilizationWindowSeconds')
  if (window < 0) {
    rules.invalid('stabilizationWindowSeconds', 'must be greater than or equal to zero')
  }
  if (window > stabilizationSecondsMax) {
    const detail = `must be less than or equal to ${stabilizationSecondsMax}`
    rules.invalid('stabilizationWindowSeconds', detail)
  }
  rules.oneOf('selectPolicy', ['Disabled', 'Max', 'Min'])
  const policies = rules.each('policies')
  if (policies.length === 0) rules.required('policies', 'must specify at least one Policy')
  for (const policy of policies) validatePolicy(policy)
}

function validatePolicy(policy: Place): void {
  const types = ['Percent', 'Pods']
  if (!types.includes(policy.text('type'))) policy.unsupported('type', types)
  for (const field of ['value', 'periodSeconds']) {
    if (policy.number(field) > 0) continue
    policy.invalid(field, 'must be greater than zero', policy.number(field))
  }
  if (policy.number('periodSeconds') <= periodSecondsMax) return
  policy.invalid('periodSeconds', `must be less than or equal to ${periodSecondsMax}`)
}
