import type { User } from './user.ts'

/**
 * Whose a token is and which of the wanted audiences it is for; or why it is refused; or undefined
 * when it is no token of this kind.
 */
export type AuthenticatedToken =
  | { readonly user: User; readonly audiences: readonly string[]; readonly refused?: undefined }
  | { readonly refused: string }
  | undefined

/** Knows one kind of bearer tokens. */
export interface TokenAuthenticator {
  /** Without audiences, the token must be for this API. */
  authenticate(token: string, audiences?: readonly string[]): AuthenticatedToken
}

/** Asks one authenticator after the other. @returns the first that knows the token */
export function anyOf(authenticators: readonly TokenAuthenticator[]): TokenAuthenticator {
  return {
    authenticate(token, audiences) {
      for (const authenticator of authenticators) {
        const known = authenticator.authenticate(token, audiences)
        if (known !== undefined) return known
      }
      return undefined
    },
  }
}
