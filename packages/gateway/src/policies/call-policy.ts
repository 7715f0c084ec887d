import type { Clock } from '@fairlead/base'
import type { Registry } from 'prom-client'
import type { AnswerStream } from '../answer/answer-stream.ts'
import type { AnswerTransform } from '../answer/answer-transform.ts'
import type { CallRecord } from '../call/call-record.ts'
import type { Call } from '../call/call.ts'

/** What calls must pass before a provider is asked. */
export interface CallPolicy {
  readonly name: string
  /**
   * When it is asked. `arrival`: it is known who calls, and the body has not been read. `admission`:
   * the request and its route are known.
   */
  readonly stage: 'arrival' | 'admission'
  /** Lets the call in, or throws a ModelError that says what to do. */
  enter(call: Call): Permit | Promise<Permit>
}

/** What a policy gives a call that it lets in. */
export interface Permit {
  /** An answer that stands in for the provider's. The first one that is given is taken. */
  readonly answer?: AnswerStream
  /** Changes the answer. */
  readonly transform?: AnswerTransform
  /** The call has ended, however it ended. Called exactly once. */
  settle(outcome: CallOutcome): void
}

/** What a call came to. */
export type CallOutcome = Readonly<
  Pick<CallRecord, 'status' | 'errorCode' | 'usage' | 'target' | 'attempts'>
>

/** Makes a policy when the gateway starts. Its state lives as long as the process. */
export type CreateCallPolicy = (parts: PolicyParts) => CallPolicy

interface PolicyParts {
  readonly clock: Clock
  readonly registry: Registry
}
