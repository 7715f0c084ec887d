import type { Clock, Logger } from '@fairlead/base'
import type { ReplicaProblem, StateSettings } from '@fairlead/snapshot'
import type { Counters } from '@fairlead/usage'
import type { Registry } from 'prom-client'
import type { AnswerStream } from '../answer/answer-stream.ts'
import type { AnswerTransform } from '../answer/answer-transform.ts'
import type { AttemptGate } from '../call/attempt-gate.ts'
import type { CallRecord } from '../call/call-record.ts'
import type { Call } from '../call/call.ts'
import type { CallerLimits } from '../call/caller-limits.ts'
import type { Runtime } from '../runtime/runtime.ts'
import type { CallAllowance } from './call-allowance.ts'
import type { ReportedCounter, ReportedStateStore } from './reported-usage.ts'

/** What every call must pass before a provider is called. */
export type CallPolicy = ArrivalPolicy | AdmissionPolicy

/** Entered when the caller is known and the body has not been read; also by what only asks about a call. */
export interface ArrivalPolicy extends Policy<ArrivedCall> {
  readonly stage: 'arrival'
}

/** Entered when the request and its route are known. */
export interface AdmissionPolicy extends Policy<Call> {
  readonly stage: 'admission'
}

/** What is known of a call whose body has not been read. */
type ArrivedCall = Pick<Call, 'caller' | 'dialect' | 'http' | 'runtime' | 'services'>

interface Policy<Entered> {
  readonly name: string
  /** Admits the call, or throws a ModelError that says what to do. */
  enter(call: Entered): Permit | Promise<Permit>
  /** What its attempts must pass as well. */
  readonly attemptGate?: AttemptGate
  /** How its limits stand for a caller. */
  readonly callerLimits?: CallerLimits
  /** A configuration is in force from now on. */
  configured?(runtime: Runtime): void
  /** What only this process can see. */
  problems?(): readonly ReplicaProblem[]
  /** The fullest counters of what calls use. */
  counters?(): readonly ReportedCounter[]
  /** Where they are; undefined where nothing is counted. */
  stateStore?(): ReportedStateStore | undefined
  /** The gateway stops. */
  close?(): Promise<void>
}

/** What a policy grants to a call that it admits. */
export interface Permit {
  /** An answer that replaces the provider's. If several policies give one, the first is used. */
  readonly answer?: AnswerStream
  /** Sees the provider's answer as it came, before any transform. */
  readonly recorder?: AnswerTransform
  /** Transforms the answer. */
  readonly transform?: AnswerTransform
  /** The call has ended, however it ended. Called exactly once. */
  settle(outcome: CallOutcome): void
}

/** How a call ended. */
export type CallOutcome = Readonly<
  Pick<
    CallRecord,
    | 'attempts'
    | 'costNanodollars'
    | 'errorCode'
    | 'firstByteMs'
    | 'replay'
    | 'status'
    | 'target'
    | 'usage'
  >
>

/** Creates a policy when the gateway starts. Its state lives as long as the process. */
export type CreateCallPolicy = (parts: PolicyParts) => CallPolicy

/** What policies are made of. */
export interface PolicyParts {
  readonly clock: Clock
  readonly registry: Registry
  readonly allowance: CallAllowance
  readonly logger: Logger
  /** See `GatewayOptions.openCounters`. */
  readonly openCounters: (
    state: StateSettings,
    onAvailability: (problem: string | undefined) => void,
  ) => Counters
  /** What is reported of the policy is another. */
  readonly changed: () => void
}
