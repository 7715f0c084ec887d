import type { LLMProviderSettings } from '@fairlead/snapshot'
import type { IdentityParts } from '../identity/identity-parts.ts'
import type { OutgoingHttp } from './provider-type.ts'

/** What proves to a provider who asks. */
export interface RequestProof {
  /** Headers to add to the request. Flat list: name, value, name, value. */
  readonly headers: readonly string[]
  /** What of them must not be repeated, should the provider quote it. */
  readonly secret: string
  /** To be called when the provider has refused it, so that the next one is made anew. */
  refused(): void
}

/**
 * Proves who asks where that takes more than a key in a header: a token that is got first, or a
 * signature. One for each provider and its credentials.
 */
export interface RequestAuthorizer {
  /**
   * The proof for a request as it will be sent. Without a `credential` it is that of the gateway's own
   * identity. Rejects with an IdentityError, or with the signal's reason.
   */
  prove(
    request: OutgoingHttp,
    credential: string | undefined,
    signal: AbortSignal,
  ): Promise<RequestProof>
}

/** Undefined for settings with which keys are sent as they are. */
export type CreateAuthorizer = (
  settings: LLMProviderSettings,
  parts: IdentityParts,
) => RequestAuthorizer | undefined
