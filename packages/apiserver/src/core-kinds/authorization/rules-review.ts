import { errors, type KubernetesObject } from '@fairlead/kube-core'

import type { PolicyRule } from '../../auth/rbac/policy-rule.ts'
import { joined } from '../../auth/rbac/rbac-authorizer.ts'
import type { ReviewContext } from '../../auth/review-context.ts'
import type { KindRules } from '../../definitions/built-in-kind.ts'
import { recordAt, textAt } from '../../definitions/fields.ts'

export const selfSubjectRulesReviewRules: KindRules = {
  group: 'authorization.k8s.io',
  plural: 'selfsubjectrulesreviews',
  review: reviewOwnRules,
}

/**
 * Answers a SelfSubjectRulesReview: everything that the caller may do in a namespace. The answer
 * does not repeat the question. @throws StatusError 400
 */
function reviewOwnRules(
  { apiVersion, kind, ...question }: KubernetesObject,
  { authorizer, user }: ReviewContext,
): KubernetesObject {
  const namespace = textAt(recordAt({ apiVersion, kind, ...question }, 'spec'), 'namespace')
  if (namespace === '') throw errors.badRequest('no namespace on request')
  const { rules, errors: found } = authorizer.rulesOf(user, namespace)
  return {
    kind,
    apiVersion,
    metadata: { creationTimestamp: null },
    spec: {},
    status: {
      resourceRules: rules.filter(({ resources }) => resources.length > 0).map(resourceRule),
      nonResourceRules: rules
        .filter(({ nonResourceURLs }) => nonResourceURLs.length > 0)
        .map(({ verbs, nonResourceURLs }) => ({ verbs, nonResourceURLs })),
      incomplete: false,
      ...(found.length === 0 ? {} : { evaluationError: joined(found) }),
    },
  } as unknown as KubernetesObject
}

function resourceRule({ verbs, apiGroups, resources, resourceNames }: PolicyRule): object {
  return {
    verbs,
    ...(apiGroups.length === 0 ? {} : { apiGroups }),
    resources,
    ...(resourceNames.length === 0 ? {} : { resourceNames }),
  }
}
