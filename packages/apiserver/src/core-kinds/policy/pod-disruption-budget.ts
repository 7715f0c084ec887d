import { GoSyntax, type KubernetesObject } from '@fairlead/kube-core'

import type { KindRules } from '../../definitions/built-in-kind.ts'
import { recordAt } from '../../definitions/fields.ts'
import { textColumn } from '../../definitions/standard-columns.ts'
import { validateConditions } from '../shared/conditions.ts'
import { validateAtMostAll, validateIntOrPercent } from '../shared/int-or-percent.ts'
import { validateLabelSelector } from '../shared/label-selector.ts'
import { errorsOf, type Place } from '../shared/place.ts'

/** As the strategy and the validation of PodDisruptionBudgets in Kubernetes. */
export const podDisruptionBudgetRules: KindRules = {
  group: 'policy',
  plural: 'poddisruptionbudgets',
  hasGeneration: true,
  nameRule: 'path-segment',
  columns: [
    textColumn('Min Available', 'The minimum number of pods that must be available.', (budget) => {
      return shownLimit(recordAt(budget, 'spec')['minAvailable'])
    }),
    textColumn(
      'Max Unavailable',
      'The maximum number of pods that may be unavailable.',
      (budget) => {
        return shownLimit(recordAt(budget, 'spec')['maxUnavailable'])
      },
    ),
    {
      ...textColumn(
        'Allowed Disruptions',
        'Calculated number of pods that may be disrupted at this time.',
        (budget) => recordAt(budget, 'status')['disruptionsAllowed'] ?? 0,
      ),
      type: 'integer',
    },
  ],
  writeRules: {
    validate: (budget, previous) =>
      errorsOf(budget, (root) => {
        const options = { mayHaveInvalidValues: hasInvalidSelector(previous) }
        validateSpec(root.within('spec'), options)
      }),
    validateStatus: (budget) =>
      errorsOf(budget, (root) => {
        const status = root.within('status')
        validateConditions(status)
        for (const field of counts) status.notNegative(field)
      }),
  },
}

const counts = ['disruptionsAllowed', 'currentHealthy', 'desiredHealthy', 'expectedPods'] as const

function shownLimit(limit: unknown): string {
  return typeof limit === 'string' || typeof limit === 'number' ? String(limit) : 'N/A'
}

/** What was stored under older rules may stay. */
function hasInvalidSelector(budget: KubernetesObject | undefined): boolean {
  if (budget === undefined) return false
  return errorsOf(recordAt(budget, 'spec'), (spec) => {
    validateLabelSelector(spec.at('selector'))
  }).some(() => true)
}

/** As ValidatePodDisruptionBudgetSpec. */
function validateSpec(spec: Place, options: { readonly mayHaveInvalidValues: boolean }): void {
  if (spec.has('minAvailable') && spec.has('maxUnavailable')) {
    const detail = 'minAvailable and maxUnavailable cannot be both set'
    spec.invalid('', detail, goSpec(spec))
  }
  for (const field of ['minAvailable', 'maxUnavailable']) {
    if (!spec.has(field)) continue
    validateIntOrPercent(spec, field)
    validateAtMostAll(spec, field)
  }
  validateLabelSelector(spec.at('selector'), options)
  spec.oneOf('unhealthyPodEvictionPolicy', ['AlwaysAllow', 'IfHealthyBudget'])
}

/** As `%#v` shows it: where its parts are in memory, which is nowhere here. */
function goSpec(spec: Place): GoSyntax {
  const pointer = (type: string, field: string): string =>
    `(*${type})(${spec.has(field) ? '0xc000000000' : 'nil'})`
  return new GoSyntax(
    `policy.PodDisruptionBudgetSpec{MinAvailable:${pointer('intstr.IntOrString', 'minAvailable')}, ` +
      `Selector:${pointer('v1.LabelSelector', 'selector')}, ` +
      `MaxUnavailable:${pointer('intstr.IntOrString', 'maxUnavailable')}, ` +
      `UnhealthyPodEvictionPolicy:${pointer('policy.UnhealthyPodEvictionPolicyType', 'unhealthyPodEvictionPolicy')}}`,
  )
}
