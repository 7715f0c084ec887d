import { type authenticationV1, SubjectAccessReview, TokenReview } from '@fairlead/kube-types'
import type { Clock } from '@fairlead/base'
import type { Client } from '../client/client.ts'
import { ReviewCache } from './review-cache.ts'

type UserInfo = authenticationV1.UserInfo

/** What is asked for, as RBAC names it: `nonResourceURLs` and a verb. */
interface ReviewedAccess {
  readonly path: string
  /** The method in lower case. */
  readonly verb: string
}

const reviewTimeoutMs = 10_000
const tokenLifetimeMs = 60_000
/** The same is answered when what judges tokens cannot be reached, which should not last longer. */
const refusedTokenLifetimeMs = 10_000
const allowedLifetimeMs = 5 * 60_000
const deniedLifetimeMs = 30_000
const bounds = { limit: 4_096, concurrentLimit: 64 }

/**
 * Asks the API server who holds a token (TokenReview) and what somebody may do
 * (SubjectAccessReview). Answers hold as long as with Go's controller-runtime: a minute for tokens,
 * five minutes for what is allowed, 30 s for what is not; 10 s for tokens that are not accepted.
 */
export class AccessReviews {
  readonly #client: Pick<Client, 'create'>
  readonly #users: ReviewCache<UserInfo | undefined>
  readonly #access: ReviewCache<boolean>

  constructor(client: Pick<Client, 'create'>, clock: Clock) {
    this.#client = client
    this.#users = new ReviewCache({
      ...bounds,
      clock,
      lifetimeMs: (user) => (user === undefined ? refusedTokenLifetimeMs : tokenLifetimeMs),
    })
    this.#access = new ReviewCache({
      ...bounds,
      clock,
      lifetimeMs: (allowed) => (allowed ? allowedLifetimeMs : deniedLifetimeMs),
    })
  }

  /** Undefined for a token that the API server does not accept; rejects if it could not tell. */
  userOf(token: string): Promise<UserInfo | undefined> {
    return this.#users.get(token, () => this.#reviewToken(token))
  }

  isAllowed(user: UserInfo, { path, verb }: ReviewedAccess): Promise<boolean> {
    const key = JSON.stringify([user, path, verb])
    return this.#access.get(key, () => this.#reviewAccess(user, { path, verb }))
  }

  async #reviewToken(token: string): Promise<UserInfo | undefined> {
    const review = await this.#client.create(
      TokenReview,
      {
        apiVersion: 'authentication.k8s.io/v1',
        kind: 'TokenReview',
        metadata: {},
        spec: { token },
      },
      { timeoutMs: reviewTimeoutMs },
    )
    return review.status?.authenticated === true ? review.status.user : undefined
  }

  async #reviewAccess(user: UserInfo, access: ReviewedAccess): Promise<boolean> {
    const { username, uid, groups, extra } = user
    const review = await this.#client.create(
      SubjectAccessReview,
      {
        apiVersion: 'authorization.k8s.io/v1',
        kind: 'SubjectAccessReview',
        metadata: {},
        spec: {
          ...(username === undefined ? {} : { user: username }),
          ...(uid === undefined ? {} : { uid }),
          ...(groups === undefined ? {} : { groups }),
          ...(extra === undefined ? {} : { extra }),
          nonResourceAttributes: access,
        },
      },
      { timeoutMs: reviewTimeoutMs },
    )
    return review.status?.allowed === true
  }
}
