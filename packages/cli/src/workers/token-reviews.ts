import { openScope, systemClock } from '@fairlead/base'
import type { Client } from '@fairlead/controller-runtime'
import type { ReviewToken } from '@fairlead/gateway'
import type { ResourceType, TypedObject } from '@fairlead/kube-core'
import type { FromWorker, ToWorker } from '../worker-messages/messages.ts'

interface TokenReviewObject extends TypedObject {
  readonly spec: { readonly token: string; readonly audiences?: readonly string[] }
  readonly status?: {
    readonly authenticated?: boolean
    readonly audiences?: readonly string[]
    readonly user?: { readonly username?: string }
  }
}

const tokenReviewType: ResourceType<TokenReviewObject> = {
  group: 'authentication.k8s.io',
  version: 'v1',
  kind: 'TokenReview',
  plural: 'tokenreviews',
  namespaced: false,
}

/** How long Kubernetes may take; who waits in a worker gives up as soon. */
const deadlineMs = 5_000

/** Has the Kubernetes API say whose a token is. */
export function tokenReviewer(client: Pick<Client, 'create'>): ReviewToken {
  return async (token, audiences) => {
    const spec = audiences.length === 0 ? { token } : { token, audiences }
    const { apiVersion, kind } = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenReview' }
    using scope = openScope({ clock: systemClock, timeoutMs: deadlineMs, what: 'a TokenReview' })
    const { status } = await client.create(
      tokenReviewType,
      { apiVersion, kind, metadata: {}, spec },
      { signal: scope.signal },
    )
    const username = status?.user?.username
    // An authenticator that knows nothing of audiences vouches for the tokens of every one.
    const isForUs =
      audiences.length === 0 || status?.audiences?.some((one) => audiences.includes(one)) === true
    return status?.authenticated === true && username !== undefined && isForUs
      ? { authenticated: true, username }
      : { authenticated: false }
  }
}

/** Answers a worker, whatever comes of its question. */
export function answerTokenReview(
  { audiences, question, token }: FromWorker & { readonly type: 'token-review-wanted' },
  review: ReviewToken | undefined,
  send: (message: ToWorker) => void,
): void {
  const asked = review?.(token, audiences) ?? Promise.resolve(undefined)
  asked.then(
    (answer) => send({ type: 'token-reviewed', question, review: answer }),
    () => send({ type: 'token-reviewed', question, review: undefined }),
  )
}
