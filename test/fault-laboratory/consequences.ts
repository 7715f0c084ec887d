import type { FailureClass } from '@fairlead/llm'

/** What an attempt is recorded as. */
export type AttemptOutcome = 'Success' | FailureClass

/** What must follow from an attempt, whichever fault led to its outcome. */
export interface Consequence {
  /** Who is asked next, where the rule retries everything once and a second target is there. */
  readonly next: 'Nobody' | 'SecondTarget'
  /** Health of a provider that did this on its first call. */
  readonly health: 'Healthy' | 'Unreachable' | 'Unauthorized' | 'RateLimited' | 'Unknown'
  /** State of the only key, as in `status.credentials`. */
  readonly key: 'Usable' | 'Refused' | 'Exhausted' | 'Expired'
}

const failed: Consequence = { next: 'SecondTarget', health: 'Unreachable', key: 'Usable' }
const answered: Consequence = { next: 'Nobody', health: 'Healthy', key: 'Usable' }

/** The laboratory's own statement of what each outcome leads to; the gateway has its own. */
export const consequences: Readonly<Record<AttemptOutcome, Consequence>> = {
  Success: answered,
  InvalidRequest: answered,
  ContentRefused: answered,
  CredentialRefused: { next: 'SecondTarget', health: 'Unauthorized', key: 'Refused' },
  CredentialExpired: { next: 'SecondTarget', health: 'Unauthorized', key: 'Expired' },
  CreditExhausted: { next: 'SecondTarget', health: 'Unauthorized', key: 'Exhausted' },
  ModelUnavailable: { next: 'SecondTarget', health: 'Healthy', key: 'Usable' },
  Misconfigured: failed,
  Unsupported: { next: 'SecondTarget', health: 'Unknown', key: 'Usable' },
  RateLimited: { next: 'SecondTarget', health: 'RateLimited', key: 'Exhausted' },
  Overloaded: { next: 'SecondTarget', health: 'RateLimited', key: 'Usable' },
  ServerError: failed,
  Connect: failed,
  Timeout: failed,
  Cut: failed,
  InvalidAnswer: failed,
}
