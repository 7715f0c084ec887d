import type { KubernetesObject } from '@fairlead/kube-core'

import { decideAccess, type Access } from '../../auth/authorizer.ts'
import { mastersGroup, type User } from '../../auth/user.ts'
import type { KindRules } from '../../definitions/built-in-kind.ts'
import { recordAt, textAt } from '../../definitions/fields.ts'

/** Kinds that ask about the caller or about access; they are never stored. */

export const selfSubjectAccessReviewRules: KindRules = {
  group: 'authorization.k8s.io',
  plural: 'selfsubjectaccessreviews',
  review: (question, user) => answered(question, accessStatus(user, accessOf(question))),
}

export const subjectAccessReviewRules: KindRules = {
  group: 'authorization.k8s.io',
  plural: 'subjectaccessreviews',
  review(question) {
    const asked = recordAt(question, 'spec')
    const { groups } = asked
    const subject: User = {
      name: textAt(asked, 'user'),
      groups: Array.isArray(groups) ? groups.map(String) : [],
    }
    return answered(question, accessStatus(subject, accessOf(question)))
  },
}

export const selfSubjectRulesReviewRules: KindRules = {
  group: 'authorization.k8s.io',
  plural: 'selfsubjectrulesreviews',
  review: (question, user) => answered(question, rulesStatus(user)),
}

function answered(question: KubernetesObject, answer: object): KubernetesObject {
  return { ...question, status: answer }
}

function accessStatus(user: User, access: Access): object {
  const decision = decideAccess(user, access)
  return decision.allowed ? { allowed: true } : { allowed: false, reason: decision.reason }
}

function accessOf(question: KubernetesObject): Access {
  const { resourceAttributes, nonResourceAttributes } = recordAt(question, 'spec')
  if (nonResourceAttributes) {
    const attributes = nonResourceAttributes as Record<string, unknown>
    return {
      verb: textAt(attributes, 'verb'),
      group: '',
      resource: '',
      namespace: '',
      name: '',
      path: textAt(attributes, 'path'),
    }
  }
  const attributes = (resourceAttributes ?? {}) as Record<string, unknown>
  return {
    verb: textAt(attributes, 'verb'),
    group: textAt(attributes, 'group'),
    resource: textAt(attributes, 'resource'),
    namespace: textAt(attributes, 'namespace'),
    name: textAt(attributes, 'name'),
  }
}

function rulesStatus(user: User): object {
  const isMaster = user.groups.includes(mastersGroup)
  return {
    incomplete: false,
    resourceRules: isMaster ? [{ verbs: ['*'], apiGroups: ['*'], resources: ['*'] }] : [],
    nonResourceRules: [{ verbs: isMaster ? ['*'] : ['get'], nonResourceURLs: ['*'] }],
  }
}
