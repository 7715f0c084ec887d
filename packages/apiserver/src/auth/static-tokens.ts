import { hash } from 'node:crypto'

import type { AuthenticatedToken, TokenAuthenticator } from './token-authenticator.ts'
import type { User } from './user.ts'

/** Bearer tokens that are known from the start or added later; they do not expire. */
export class StaticTokens implements TokenAuthenticator {
  /** By digest, so that looking a token up takes the same time for a near miss. */
  readonly #users = new Map<string, User>()
  readonly #apiAudiences: readonly string[]

  /** @param apiAudiences which audiences are this API, for which each of these tokens is */
  constructor(apiAudiences: readonly string[]) {
    this.#apiAudiences = apiAudiences
  }

  add(token: string, user: User): void {
    this.#users.set(digest(token), user)
  }

  authenticate(token: string, audiences: readonly string[] = []): AuthenticatedToken {
    const user = this.#users.get(digest(token))
    if (user === undefined) return undefined
    if (audiences.length === 0) return { user, audiences: this.#apiAudiences }
    const found = audiences.filter((audience) => this.#apiAudiences.includes(audience))
    return found.length === 0 ? undefined : { user, audiences: found }
  }
}

function digest(token: string): string {
  return hash('sha256', token, 'base64')
}
