import type { Usage } from '@fairlead/llm'
import type { CallTarget } from '../routing/call-target.ts'
import type { Call } from './call.ts'

/** What an attempt must pass before its target is asked. */
export interface AttemptGate {
  /**
   * Admits the attempt, whose body is `body`, or throws: an `UpstreamFailure` passes the target
   * over, a `ModelError` ends the call. Undefined where nothing is to be settled.
   */
  enter(
    target: CallTarget,
    body: Uint8Array,
    call: Call,
  ): AttemptPermit | undefined | Promise<AttemptPermit | undefined>
}

/** Granted to one attempt; settled once. */
export interface AttemptPermit {
  /** The attempt has failed, or the call that it `answered` has ended; `usage` is its own. */
  settle(usage: Usage | undefined, answered: boolean): void
}
