import type { KubernetesObject } from '@fairlead/kube-core'

import type { KindRules } from '../../definitions/built-in-kind.ts'
import { recordAt, textAt } from '../../definitions/fields.ts'

/** Kinds that ask who somebody is; they are never stored. */

export const selfSubjectReviewRules: KindRules = {
  group: 'authentication.k8s.io',
  plural: 'selfsubjectreviews',
  review(question, user) {
    return answered(question, { userInfo: { username: user.name, groups: user.groups } })
  },
}

export const tokenReviewRules: KindRules = {
  group: 'authentication.k8s.io',
  plural: 'tokenreviews',
  review(question, _user, tokens) {
    const asked = recordAt(question, 'spec')
    const wanted = Array.isArray(asked['audiences']) ? asked['audiences'].map(String) : []
    const reviewed = tokens.review(textAt(asked, 'token'), wanted)
    if (reviewed === undefined) return answered(question, { authenticated: false })
    const { audiences, user } = reviewed
    const { groups, name: username, uid } = user
    return answered(question, { authenticated: true, user: { username, uid, groups }, audiences })
  },
}

function answered(question: KubernetesObject, answer: object): KubernetesObject {
  return { ...question, status: answer }
}
