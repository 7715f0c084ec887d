import { checkLabelKey } from '@fairlead/kube-core'

import { validateLabelSelector } from '../label-selector.ts'
import type { Place } from '../place.ts'

const actions = ['DoNotSchedule', 'ScheduleAnyway'] as const
const nodePolicies = ['Honor', 'Ignore'] as const

/** As validateTopologySpreadConstraints in Kubernetes' core validation. */
export function validateTopologySpread(spec: Place): void {
  const constraints = spec.each('topologySpreadConstraints')
  const last = new Map(constraints.map((constraint, index) => [identityOf(constraint), index]))
  for (const [index, constraint] of constraints.entries()) {
    const maxSkew = constraint.number('maxSkew')
    if (maxSkew <= 0) constraint.invalid('maxSkew', 'must be greater than zero', maxSkew)
    constraint.requireText('topologyKey', 'can not be empty')
    if (!actions.some((action) => action === constraint.text('whenUnsatisfiable'))) {
      constraint.unsupported('whenUnsatisfiable', actions)
    }
    const identity = identityOf(constraint)
    if ((last.get(identity) ?? index) > index) {
      constraint.duplicate('{topologyKey, whenUnsatisfiable}', identity)
    }
    validateMinDomains(constraint)
    constraint.oneOf('nodeAffinityPolicy', nodePolicies)
    constraint.oneOf('nodeTaintsPolicy', nodePolicies)
    validateLabelKeys(constraint)
    validateLabelSelector(constraint.at('labelSelector'))
  }
}

function identityOf(constraint: Place): string {
  return `{${constraint.text('topologyKey')}, ${constraint.text('whenUnsatisfiable')}}`
}

function validateMinDomains(constraint: Place): void {
  const minDomains = constraint.optionalNumber('minDomains')
  if (minDomains === undefined) return
  if (minDomains <= 0) constraint.invalid('minDomains', 'must be greater than zero')
  const action = constraint.text('whenUnsatisfiable')
  if (action === 'DoNotSchedule') return
  const detail = `can only use minDomains if whenUnsatisfiable=DoNotSchedule, not ${action}`
  constraint.invalid('minDomains', detail)
}

function validateLabelKeys(constraint: Place): void {
  const keys = constraint.texts('matchLabelKeys')
  if (keys.length === 0) return
  const selector = constraint.at('labelSelector')
  if (selector === undefined) {
    const detail = 'must not be specified when labelSelector is not set'
    constraint.forbidden('matchLabelKeys', detail)
  }
  const selected = new Set([
    ...Object.keys(selector?.textMap('matchLabels') ?? {}),
    ...(selector?.each('matchExpressions') ?? []).map((each) => each.text('key')),
  ])
  for (const [index, key] of keys.entries()) {
    const field = `matchLabelKeys[${index}]`
    constraint.problems(field, checkLabelKey(key), key)
    if (!selected.has(key)) continue
    constraint.invalid(field, 'exists in both matchLabelKeys and labelSelector', key)
  }
}
