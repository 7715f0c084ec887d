/**
 * No token could be got. `CredentialRefused`: who gives tokens has said no, or the credential cannot be
 * one; another may do. `Misconfigured`: the gateway's surroundings are not what this identity needs.
 * `Connect`: who gives tokens did not answer, or not with one; it may later. The message says what
 * happened and what to do, and never holds a secret or what somebody else has written.
 */
export class IdentityError extends Error {
  override readonly name = 'IdentityError'
  readonly failure: 'CredentialRefused' | 'Misconfigured' | 'Connect'

  constructor(failure: IdentityError['failure'], message: string, options?: ErrorOptions) {
    super(message, options)
    this.failure = failure
  }
}
