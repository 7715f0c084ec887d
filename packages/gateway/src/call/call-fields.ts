import { dollarsOf, type PriceState } from '@fairlead/usage'
import { type AttemptEvidence, attemptEvidence } from './attempt-evidence.ts'
import type { PassedOver } from './attempt-record.ts'
import type { CallRecord } from './call-record.ts'
import { cacheText } from './cache-note.ts'
import type { GuardrailNote } from './guardrail-note.ts'
import type { MetLimit } from './met-limits.ts'

/** A request in the log: what is not known is undefined. */
export interface CallFields {
  readonly requestId: string
  /** What the gateway made it for; undefined for a call of a caller. */
  readonly purpose: string | undefined
  /** Undefined for chat. */
  readonly operation: string | undefined
  readonly method: string
  readonly path: string
  readonly status: number
  readonly consumer: string
  /** `APIKey`, `JWT`, `ServiceAccount`, `ClientCertificate` or `Anonymous`. */
  readonly authMethod: string | undefined
  /** As the caller's token names it. */
  readonly endUser: string | undefined
  readonly model: string
  readonly route: string
  /** Name of the target within its rule that was asked last. */
  readonly target: string | undefined
  /** `namespace/name` of the LLMProvider. */
  readonly provider: string | undefined
  readonly providerType: string | undefined
  readonly upstreamModel: string | undefined
  readonly stream: boolean
  /** In the order in which they ended. */
  readonly attempts: readonly AttemptEvidence[]
  /** Targets that could have answered and were not asked. */
  readonly passedOver: readonly PassedOver[] | undefined
  /** What was left out or reached the provider in another way, as in `x-fairlead-adapted`. */
  readonly adapted: string | undefined
  /** `namespace/name` of the PromptTemplate. */
  readonly prompt: string | undefined
  readonly promptVersion: string | undefined
  readonly conversation: string | undefined
  /** The answer is that of an earlier call: `stored`, or `joined` while it was made. */
  readonly replay: 'stored' | 'joined' | undefined
  /** What the cache had for it, as in `x-fairlead-cache`. */
  readonly cache: string | undefined
  readonly durationMs: number
  readonly firstByteMs: number | undefined
  readonly overheadMs: number
  readonly inputTokens: number | undefined
  readonly outputTokens: number | undefined
  /** US dollars as a decimal. */
  readonly costUsd: string | undefined
  readonly priceState: PriceState | undefined
  /** What was used has no known price. */
  readonly unpriced: true | undefined
  /** The provider did not tell them. */
  readonly usageEstimated: true | undefined
  /** `namespace/name` of the AccessPolicy that refused it. */
  readonly accessPolicy: string | undefined
  /** What policies that only report would have refused. */
  readonly shadowRefusals: readonly string[] | undefined
  /** What guards have found in it, without what it was. */
  readonly guardrails: readonly GuardrailNote[] | undefined
  /** Limits that refused it, or a target of it, the one that it was told in front. */
  readonly limits: readonly MetLimit[] | undefined
  /** How long it waited for room in a limit. */
  readonly queuedMs: number | undefined
  /** The model that was asked for, where a limit had another one called. */
  readonly routedInsteadOf: string | undefined
  readonly traceId: string | undefined
  readonly error: string | undefined
}

/** The fields of a request that ended at `endedMs`, in monotonic milliseconds. */
export function callFields(record: CallRecord, endedMs: number): CallFields {
  const { target, usage, firstByteMs, prompt, passedOver, costNanodollars } = record
  return {
    requestId: record.requestId,
    purpose: record.purpose,
    operation: record.operation === 'chat' ? undefined : record.operation,
    method: record.method,
    path: record.path,
    status: record.status,
    consumer: record.consumer,
    authMethod: record.authMethod,
    endUser: record.endUser,
    model: record.model,
    route: record.route,
    target: target?.name,
    provider: target?.provider.key,
    providerType: target?.provider.type.telemetryName,
    upstreamModel: target?.model,
    stream: record.stream,
    attempts: record.attempts.map(attemptEvidence),
    adapted: record.adapted === '' ? undefined : record.adapted,
    passedOver: passedOver.length === 0 ? undefined : passedOver,
    prompt: prompt === undefined ? undefined : `${prompt.namespace}/${prompt.name}`,
    promptVersion: prompt?.version,
    conversation: record.conversation,
    replay: record.replay,
    cache: record.cache && cacheText(record.cache),
    durationMs: round(endedMs - record.startedMs),
    firstByteMs: firstByteMs === undefined ? undefined : round(firstByteMs - record.startedMs),
    overheadMs: round(record.overheadAtFirstByteMs),
    inputTokens: usage?.inputTokens,
    outputTokens: usage?.outputTokens,
    costUsd: costNanodollars === undefined ? undefined : dollarsOf(costNanodollars),
    priceState: record.priceState,
    unpriced: record.priceState === 'Unpriced' ? true : undefined,
    usageEstimated: usage?.estimated,
    accessPolicy: record.accessPolicy,
    guardrails: record.guardrails.length === 0 ? undefined : record.guardrails,
    ...limitFields(record),
    traceId: record.trace?.traceId,
    error: record.errorCode,
  }
}

function round(milliseconds: number): number {
  return Math.round(milliseconds * 1000) / 1000
}

type LimitFields = Pick<CallFields, 'limits' | 'queuedMs' | 'routedInsteadOf' | 'shadowRefusals'>

const noLimits: LimitFields = {
  limits: undefined,
  shadowRefusals: undefined,
  queuedMs: undefined,
  routedInsteadOf: undefined,
}

function limitFields({ limits: met, shadowRefusals }: CallRecord): LimitFields {
  if (met === undefined && shadowRefusals.length === 0) return noLimits
  const shadowed = met?.shadowRefused.map(({ limit }) => limit) ?? []
  const shadow = [...shadowRefusals, ...shadowed]
  const told = shadow.length === 0 ? undefined : shadow
  if (met === undefined) return { ...noLimits, shadowRefusals: told }
  const { queuedMs, refused, routedInsteadOf } = met
  return {
    limits: refused.length === 0 ? undefined : refused,
    shadowRefusals: told,
    queuedMs: queuedMs === undefined ? undefined : round(queuedMs),
    routedInsteadOf,
  }
}
