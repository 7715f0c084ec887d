import { goStrings } from '@fairlead/kube-core'

import type { Place } from '../shared/place.ts'

/** As ValidatePolicyRule in Kubernetes' RBAC validation. */
export function validatePolicyRule(rule: Place, { namespaced }: { namespaced: boolean }): void {
  const urls = rule.texts('nonResourceURLs')
  if (rule.items('verbs').length === 0) {
    rule.required('verbs', 'verbs must contain at least one value')
  }
  if (urls.length > 0) {
    if (namespaced) {
      const detail = 'namespaced rules cannot apply to non-resource URLs'
      rule.invalid('nonResourceURLs', detail, goStrings(urls))
    }
    const others = ['apiGroups', 'resources', 'resourceNames']
    if (others.some((field) => rule.items(field).length > 0)) {
      const detail = 'rules cannot apply to both regular resources and non-resource URLs'
      rule.invalid('nonResourceURLs', detail, goStrings(urls))
    }
    return
  }
  if (rule.items('apiGroups').length === 0) {
    rule.required('apiGroups', 'resource rules must supply at least one api group')
  }
  if (rule.items('resources').length === 0) {
    rule.required('resources', 'resource rules must supply at least one resource')
  }
}
