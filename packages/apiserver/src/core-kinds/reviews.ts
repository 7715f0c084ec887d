import type { KubernetesObject, StructuralSchema } from '@fairlead/kube-core'

import { decideAccess, type Access } from '../auth/authorizer.ts'
import { mastersGroup, type User } from '../auth/user.ts'
import { builtInKind, recordAt, textAt } from '../definitions/built-in-kind.ts'
import { object } from '../definitions/schema-builder.ts'

/** Kinds that ask about the caller or about access; they are never stored. */

const open: StructuralSchema = {
  type: 'object',
  'x-kubernetes-preserve-unknown-fields': true,
}

const spec = { ...open, description: 'The question.' }
const status = { ...open, description: 'The answer; set by the server.' }

const authorization = {
  group: 'authorization.k8s.io',
  version: 'v1',
  openApiModule: 'api.authorization.v1',
  namespaced: false,
  verbs: ['create'],
} as const

export const selfSubjectAccessReviewKind = builtInKind({
  ...authorization,
  kind: 'SelfSubjectAccessReview',
  plural: 'selfsubjectaccessreviews',
  description: 'SelfSubjectAccessReview asks whether the caller may do something.',
  properties: { spec, status },
  review: (question, user) => answered(question, accessStatus(user, accessOf(question))),
})

export const subjectAccessReviewKind = builtInKind({
  ...authorization,
  kind: 'SubjectAccessReview',
  plural: 'subjectaccessreviews',
  description: 'SubjectAccessReview asks whether somebody may do something.',
  properties: { spec, status },
  review(question) {
    const asked = recordAt(question, 'spec')
    const { groups } = asked
    const subject: User = {
      name: textAt(asked, 'user'),
      groups: Array.isArray(groups) ? groups.map(String) : [],
    }
    return answered(question, accessStatus(subject, accessOf(question)))
  },
})

export const selfSubjectRulesReviewKind = builtInKind({
  ...authorization,
  kind: 'SelfSubjectRulesReview',
  plural: 'selfsubjectrulesreviews',
  description: 'SelfSubjectRulesReview asks for everything that the caller may do.',
  properties: { spec, status },
  review: (question, user) => answered(question, rulesStatus(user)),
})

export const selfSubjectReviewKind = builtInKind({
  group: 'authentication.k8s.io',
  version: 'v1',
  openApiModule: 'api.authentication.v1',
  namespaced: false,
  verbs: ['create'],
  kind: 'SelfSubjectReview',
  plural: 'selfsubjectreviews',
  description: 'SelfSubjectReview asks who the caller is.',
  properties: { status: object('Who the caller is.', { userInfo: open }) },
  review(question, user) {
    return answered(question, { userInfo: { username: user.name, groups: user.groups } })
  },
})

export const tokenReviewKind = builtInKind({
  group: 'authentication.k8s.io',
  version: 'v1',
  openApiModule: 'api.authentication.v1',
  namespaced: false,
  verbs: ['create'],
  kind: 'TokenReview',
  plural: 'tokenreviews',
  description: 'TokenReview asks whose token one is; only tokens of service accounts are known.',
  properties: { spec, status },
  review(question, _user, tokens) {
    const asked = recordAt(question, 'spec')
    const wanted = Array.isArray(asked['audiences']) ? asked['audiences'].map(String) : []
    const reviewed = tokens.review(textAt(asked, 'token'), wanted)
    if (reviewed === undefined) return answered(question, { authenticated: false })
    const { audiences, user } = reviewed
    const { groups, name: username, uid } = user
    return answered(question, { authenticated: true, user: { username, uid, groups }, audiences })
  },
})

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
