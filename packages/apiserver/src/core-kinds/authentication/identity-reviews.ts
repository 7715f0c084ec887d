import { arrayOrEmpty } from '@fairlead/base'
import { errors, type KubernetesObject, timestamp } from '@fairlead/kube-core'

import type { ReviewContext } from '../../auth/review-context.ts'
import { authenticated, type User } from '../../auth/user.ts'
import type { KindRules } from '../../definitions/built-in-kind.ts'
import { recordAt, textAt } from '../../definitions/fields.ts'

/** Kinds that ask who somebody is; they are never stored. */

const group = 'authentication.k8s.io'

export const selfSubjectReviewRules: KindRules = {
  group,
  plural: 'selfsubjectreviews',
  review: reviewOwnIdentity,
}

export const tokenReviewRules: KindRules = {
  group,
  plural: 'tokenreviews',
  review: reviewToken,
}

/** Answers a SelfSubjectReview: who the caller is. */
function reviewOwnIdentity(
  { apiVersion, kind }: KubernetesObject,
  { user, now }: ReviewContext,
): KubernetesObject {
  const metadata = { creationTimestamp: timestamp(now) }
  return { kind, apiVersion, metadata, status: { userInfo: userInfo(user) } }
}

/** Answers a TokenReview: whose a token is, and for whom. @throws StatusError 400 */
function reviewToken(question: KubernetesObject, { tokens }: ReviewContext): KubernetesObject {
  const spec = recordAt(question, 'spec')
  const token = textAt(spec, 'token')
  if (token === '') {
    throw errors.badRequest('token is required for TokenReview in authentication')
  }
  const wanted = arrayOrEmpty(spec['audiences']).filter((each) => typeof each === 'string')
  const known = tokens.authenticate(token, wanted)
  if (known?.refused === undefined && known !== undefined) {
    const { user, audiences } = known
    const status = { authenticated: true, user: userInfo(authenticated(user)), audiences }
    return { ...question, status }
  }
  const unknown = 'invalid bearer token'
  const error = known === undefined ? unknown : `[${unknown}, ${known.refused}]`
  return { ...question, status: { user: {}, error } }
}

function userInfo({ name, uid, groups, extra = {} }: User): object {
  return {
    username: name,
    ...(uid === undefined ? {} : { uid }),
    ...(groups.length === 0 ? {} : { groups }),
    ...(Object.keys(extra).length === 0
      ? {}
      : {
          extra: Object.fromEntries(Object.entries(extra).toSorted(([a], [b]) => (a < b ? -1 : 1))),
        }),
  }
}
