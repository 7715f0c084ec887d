import type { FailureClass } from '@fairlead/llm'
import type { RetryCondition } from '@fairlead/snapshot'

/** What follows from a failed attempt, for the call, for the provider and for the key. */
export interface FailureEffect {
  /**
   * `Stop`: the caller is told. `NextCredential`: another key of the same provider, then another
   * target. `NextTarget`: another target, at no cost, and this one no more. A retry condition: as
   * the rule says.
   */
  readonly next: 'Stop' | 'NextCredential' | 'NextTarget' | RetryCondition
  /**
   * `Alive`: it answered, whatever it said. `Failure`: one more towards its ejection. `CoolDown`: it
   * is passed over for as long as it asks. `None`: this says nothing about it.
   */
  readonly provider: 'Alive' | 'Failure' | 'CoolDown' | 'None'
  /** `Limited`: for this model, for as long as the provider asks. */
  readonly credential: 'Accepted' | 'Refused' | 'Expired' | 'Exhausted' | 'Limited' | 'None'
}

/** The one table that retry, fallback, health and keys follow. */
export const failureEffects: Readonly<Record<FailureClass, FailureEffect>> = {
  InvalidRequest: { next: 'Stop', provider: 'Alive', credential: 'Accepted' },
  ContentRefused: { next: 'Stop', provider: 'Alive', credential: 'Accepted' },
  CredentialRefused: { next: 'NextCredential', provider: 'None', credential: 'Refused' },
  CredentialExpired: { next: 'NextCredential', provider: 'None', credential: 'Expired' },
  CreditExhausted: { next: 'NextTarget', provider: 'None', credential: 'Exhausted' },
  ModelUnavailable: { next: 'NextTarget', provider: 'Alive', credential: 'None' },
  Misconfigured: { next: 'NextTarget', provider: 'Failure', credential: 'None' },
  Unsupported: { next: 'NextTarget', provider: 'None', credential: 'None' },
  RateLimited: { next: 'RateLimited', provider: 'None', credential: 'Limited' },
  Overloaded: { next: 'RateLimited', provider: 'CoolDown', credential: 'None' },
  ServerError: { next: 'ServerError', provider: 'Failure', credential: 'None' },
  Connect: { next: 'Connect', provider: 'Failure', credential: 'None' },
  Timeout: { next: 'Timeout', provider: 'Failure', credential: 'None' },
  Cut: { next: 'ServerError', provider: 'Failure', credential: 'None' },
  InvalidAnswer: { next: 'ServerError', provider: 'Failure', credential: 'None' },
}
