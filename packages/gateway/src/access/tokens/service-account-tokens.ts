import { type Clock, openScope, stringOrUndefined, untilAborted } from '@fairlead/base'
import type { ServiceAccountSettings } from '@fairlead/snapshot'
import { gatewayError } from '../../errors/gateway-error.ts'
import { frozenClaims } from './claims.ts'
import type { UnverifiedToken } from './read-token.ts'
import type { VerifiedToken } from './verified-token.ts'

/** What Kubernetes says of a token. */
export type TokenReview =
  | { readonly authenticated: false }
  /** `username` is that of the user: `system:serviceaccount:<namespace>:<name>`. */
  | { readonly authenticated: true; readonly username: string }

/** Asks Kubernetes who sent a token. Rejects if it cannot be asked. */
export type ReviewToken = (token: string, audiences: readonly string[]) => Promise<TokenReview>

const deadlineMs = 5_000
/** For so long a review is believed: a ServiceAccount that is deleted can call no longer. */
const believedMs = 60_000
/** Reviews at a time; whoever sends invented tokens keeps the Kubernetes API no busier than this. */
const runningMax = 16
const retrySeconds = 2
const userPrefix = 'system:serviceaccount:'

/** Whether a token says that it is of a ServiceAccount. */
export function isServiceAccountToken({ claims }: UnverifiedToken): boolean {
  return stringOrUndefined(claims['sub'])?.startsWith(userPrefix) === true
}

/** Has Kubernetes verify the tokens of ServiceAccounts. */
export class ServiceAccountTokens {
  readonly #review: ReviewToken | undefined
  readonly #clock: Clock
  #running = 0

  /** Without `review`, where there is no Kubernetes, no such token can be verified. */
  constructor(review: ReviewToken | undefined, clock: Clock) {
    this.#review = review
    this.#clock = clock
  }

  /** Rejects with `invalid_token` or `issuer_unavailable`. */
  async verify(token: UnverifiedToken, settings: ServiceAccountSettings): Promise<VerifiedToken> {
    const review = await this.#ask(token.text, settings.audiences)
    const account = review.authenticated ? accountOf(review.username) : undefined
    if (account === undefined) {
      throw gatewayError.invalidToken('Kubernetes does not know it as that of a ServiceAccount')
    }
    const expiresAtMs = Number(token.claims['exp']) * 1000
    const believedUntilMs = this.#clock.now() + believedMs
    return {
      claims: frozenClaims(token.claims),
      checkAgainAtMs: expiresAtMs < believedUntilMs ? expiresAtMs : believedUntilMs,
      source: { type: 'ServiceAccount', account, settings },
      bytes: token.text.length * 2,
      isVouchedFor: () => true,
    }
  }

  async #ask(token: string, audiences: readonly string[]): Promise<TokenReview> {
    const review = this.#review
    if (review === undefined || this.#running >= runningMax) throw unavailable()
    this.#running += 1
    using scope = openScope({ clock: this.#clock, timeoutMs: deadlineMs, what: 'a TokenReview' })
    try {
      return await untilAborted(review(token, audiences), scope.signal)
    } catch (error) {
      throw unavailable(error)
    } finally {
      this.#running -= 1
    }
  }
}

function unavailable(cause?: unknown) {
  return gatewayError.issuerUnavailable('Kubernetes', retrySeconds, cause)
}

/** `namespace/name` of the ServiceAccount that a user is; undefined for another user. */
function accountOf(username: string): string | undefined {
  if (!username.startsWith(userPrefix)) return undefined
  const [namespace = '', name = '', ...more] = username.slice(userPrefix.length).split(':')
  return namespace === '' || name === '' || more.length > 0 ? undefined : `${namespace}/${name}`
}
