import type { AttemptOutcome, Consequence } from './consequences.ts'
import type { ProviderFormat } from './formats/provider-format.ts'
import type { Reply } from './reply.ts'

/** One way in which a provider misbehaves, and what must come of it. */
export interface Fault {
  /** Its name in paths, tests and tables. */
  readonly name: string
  /** What the provider does, as a sentence. */
  readonly does: string
  /** Where it can be done; by default for streams and for whole answers. */
  readonly only?: 'stream' | 'whole'
  /** The APIs in which it exists; by default all. */
  readonly formats?: readonly ProviderFormat['type'][]
  /** It needs an API whose answers give the reason for their end in a frame before the last one. */
  readonly twoEnds?: true
  /** How calls get to it; by default `Answers`: it does so on requests. */
  readonly place?: FaultPlace
  /** Whether the clock has to move until it is known. */
  readonly takesTime?: true
  /** Whether a call that succeeds comes first, on the same connection. */
  readonly afterCall?: true
  act(reply: Reply): void
  readonly expected: Expected
  /** Instead, for an answer whose bytes pass to the caller unread. */
  readonly undecoded?: Expected
  /** The same for callers of Messages, whose SDK has no answer without the last frame. */
  readonly undecodedMessage?: Expected
}

/**
 * What is wrong before any request is read. `Closed`: nobody listens. `Unknown`: the name does not
 * exist. `Unaccepted`: connections are never accepted. `HangsUp`: they are closed at once. `NotTLS`,
 * `SilentTLS`: what should speak TLS answers with other bytes, or not at all.
 */
export type FaultPlace =
  'Answers' | 'Closed' | 'Unknown' | 'Unaccepted' | 'HangsUp' | 'NotTLS' | 'SilentTLS'

/** What must come of a fault. What follows for targets, health and keys is in `consequences`. */
export interface Expected {
  /** What the attempt is recorded as. */
  readonly outcome: AttemptOutcome
  /** The caller's status, if there is no other target. */
  readonly status: number
  /**
   * Its error's code; undefined for an answer, null for an error without a code. An error in
   * mid-stream is `passed` on to callers who speak its format, and `translated` for others.
   */
  readonly code?: string | null | Readonly<Record<'passed' | 'translated', string | null>>
  /** Whether the caller had content before, so that no other target may be asked. */
  readonly begun?: true
  /** How it ends for the caller, if not whole or with an error. */
  readonly ending?: 'Unreadable'
  /** The provider's health, if not the one that follows from the outcome. */
  readonly health?: Consequence['health']
  /** Text that the caller must see, such as a provider's reason. */
  readonly says?: string
  /** What the caller's answer must have as Retry-After. */
  readonly retryAfter?: string
}
