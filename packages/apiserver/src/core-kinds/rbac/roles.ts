import type { KubernetesObject } from '@fairlead/kube-core'

import type { KindRules } from '../../definitions/built-in-kind.ts'
import { recordAt } from '../../definitions/fields.ts'
import { createdAtColumn, nameColumn } from '../../definitions/standard-columns.ts'
import { emptyListToNull } from '../shared/stored-list.ts'
import { validateLabelSelector } from '../shared/label-selector.ts'
import { errorsOf, type Place } from '../shared/place.ts'
import { validatePolicyRule } from './policy-rule.ts'

const group = 'rbac.authorization.k8s.io'

/** As Kubernetes' validation of Roles. */
export const roleRules: KindRules = {
  group,
  nameRule: 'path-segment',
  plural: 'roles',
  allColumns: [nameColumn, createdAtColumn],
  writeRules: {
    prepareForCreate: (role) => emptyListToNull(role, 'rules'),
    prepareForUpdate: (role) => emptyListToNull(role, 'rules'),
    validate: (role) =>
      errorsOf(role, (root) => {
        for (const rule of root.each('rules')) validatePolicyRule(rule, { namespaced: true })
      }),
  },
}

/** As Kubernetes' validation of ClusterRoles. */
export const clusterRoleRules: KindRules = {
  group,
  nameRule: 'path-segment',
  plural: 'clusterroles',
  allColumns: [nameColumn, createdAtColumn],
  writeRules: {
    prepareForCreate: (role) => emptyListToNull(role, 'rules'),
    prepareForUpdate: (role) => emptyListToNull(role, 'rules'),
    validate: (role, previous) =>
      errorsOf(role, (root) => {
        for (const rule of root.each('rules')) validatePolicyRule(rule, { namespaced: false })
        const aggregation = root.at('aggregationRule')
        if (aggregation !== undefined) validateAggregation(aggregation, previous)
      }),
  },
}

function validateAggregation(aggregation: Place, previous: KubernetesObject | undefined): void {
  const selectors = aggregation.each('clusterRoleSelectors')
  if (selectors.length === 0) {
    aggregation.required(
      'clusterRoleSelectors',
      'at least one clusterRoleSelector required if aggregationRule is non-nil',
    )
  }
  const mayHaveInvalidValues = previous !== undefined && hasInvalidSelector(previous)
  for (const selector of selectors) {
    const before = selector.found.length
    validateLabelSelector(selector, { mayHaveInvalidValues })
    if (selector.found.length > before) selector.invalid('', 'invalid label selector.', 'null')
  }
}

/** What was stored under older rules may stay. */
function hasInvalidSelector(role: KubernetesObject): boolean {
  return (
    errorsOf(recordAt(role, 'aggregationRule'), (aggregation) => {
      for (const selector of aggregation.each('clusterRoleSelectors')) {
        validateLabelSelector(selector)
      }
    }).length > 0
  )
}
