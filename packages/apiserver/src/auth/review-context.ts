import type { Authorizer } from './authorizer.ts'
import type { TokenAuthenticator } from './token-authenticator.ts'
import type { User } from './user.ts'

/** What can answer reviews. */
export interface ReviewServices {
  readonly authorizer: Authorizer
  /** All tokens that this server takes. */
  readonly tokens: TokenAuthenticator
}

/** Who asks in a review, and what can answer it. */
export interface ReviewContext extends ReviewServices {
  readonly user: User
  /** Of the path; empty at the cluster scope. */
  readonly namespace: string
  /** Milliseconds since the epoch. */
  readonly now: number
}
