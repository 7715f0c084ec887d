import { dollarsOf } from '@fairlead/usage'
import { semanticConventions } from '../telemetry/semantic-conventions.ts'
import type { CallTrace } from '../telemetry/call-trace.ts'
import type { Attribute, Span } from '../telemetry/span.ts'
import type { AttemptRecord } from './attempt-record.ts'
import type { CallRecord } from './call-record.ts'
import { cacheText } from './cache-note.ts'
import { guardrailText } from './guardrail-note.ts'
import type { Services } from './services.ts'

/** What the two kinds of span have in common. */
interface SpanParts {
  readonly trace: CallTrace
  readonly record: CallRecord
  readonly endedMs: number
  /** Unix milliseconds of a monotonic time. */
  readonly at: (monotonicMs: number) => number
}

/** Exports the spans of a call that ended at `endedMs`, if its trace is recorded. */
export function exportCall(record: CallRecord, endedMs: number, services: Services): void {
  const { trace } = record
  if (trace === undefined || !trace.isSampled) return
  const offsetMs = services.clock.now() - endedMs
  const parts = { trace, record, endedMs, at: (monotonicMs: number) => monotonicMs + offsetMs }
  const attempts = record.attempts.map((attempt, place) => attemptSpan(attempt, place, parts))
  services.tracing.export([callSpan(parts), ...attempts])
}

/** The gateway serves a call, or makes one for itself: what the caller asked for, and what came of it. */
function callSpan({ trace, record, endedMs, at }: SpanParts): Span {
  const { conversation, errorCode, firstByteMs, prompt, status, target } = record
  const conventions = semanticConventions(trace.plan.semconv)
  const promptName = prompt && `${prompt.namespace}/${prompt.name}`
  const firstByteS =
    firstByteMs === undefined || !record.stream
      ? undefined
      : (firstByteMs - record.startedMs) / 1000
  const attributes: Attribute[] = [
    ['gen_ai.operation.name', record.operation],
    [conventions.provider, target?.provider.type.telemetryName],
    ['gen_ai.request.model', text(record.model)],
    ['gen_ai.response.model', target?.model],
    ['gen_ai.conversation.id', conversation],
    ...conventions.stream(record.stream),
    ...conventions.firstContent(firstByteS),
    ...conventions.usage(record.usage),
    ...conventions.prompt(promptName),
    ...conventions.content(trace.inputMessages, trace.outputMessages),
    ['http.request.method', text(record.method)],
    ['url.path', text(record.path)],
    ['http.response.status_code', status === 0 ? undefined : status],
    ['error.type', errorCode],
    ['fairlead.request_id', record.requestId],
    ['fairlead.purpose', record.purpose],
    ['fairlead.consumer', text(record.consumer)],
    ['fairlead.route', text(record.route)],
    ['fairlead.provider', target?.provider.key],
    ['fairlead.prompt', promptName],
    ['fairlead.prompt_version', prompt?.version],
    ['fairlead.attempts', record.attempts.length],
    ['fairlead.cost_usd', costOf(record)],
    ['fairlead.cost_nanodollars', record.costNanodollars],
    ['fairlead.price_state', record.priceState],
    ['fairlead.adapted', text(record.adapted)],
    ['fairlead.passed_over', passedOverTexts(record)],
    ['fairlead.guardrails', guardrailTexts(record)],
    ['fairlead.cache', record.cache && cacheText(record.cache)],
    ['fairlead.cache_policy', record.cache?.policy],
  ]
  // By the conventions, a server is not at fault for what a client did wrong.
  const isFault = errorCode !== undefined && (status < 400 || status >= 500)
  return {
    traceId: trace.traceId,
    spanId: trace.spanId,
    parentSpanId: trace.parent?.parentSpanId,
    traceState: trace.parent?.traceState,
    name: spanName(record.operation, record.model),
    kind: record.purpose === undefined ? 'Server' : 'Internal',
    startMs: at(record.startedMs),
    endMs: at(endedMs),
    attributes,
    error: isFault ? errorCode : undefined,
  }
}

/** One attempt at a provider. One that succeeded lasts until the end of the answer. */
function attemptSpan(attempt: AttemptRecord, place: number, parts: SpanParts): Span {
  const { trace, record, endedMs, at } = parts
  const { outcome, startedMs } = attempt
  const conventions = semanticConventions(trace.plan.semconv)
  const isAnswer = outcome === 'Success'
  const { spanId, server } = trace.attempt(place)
  const attributes: Attribute[] = [
    ['gen_ai.operation.name', record.operation],
    [conventions.provider, attempt.providerType],
    ['gen_ai.request.model', attempt.model],
    ...conventions.stream(record.stream),
    ...(isAnswer ? conventions.usage(record.usage) : []),
    ['server.address', server?.host],
    ['server.port', server?.port],
    ['http.response.status_code', attempt.status],
    ['error.type', isAnswer ? undefined : outcome],
    ['fairlead.target', attempt.target],
    ['fairlead.provider', attempt.provider],
    ['fairlead.credential', attempt.credential],
    ['fairlead.outcome', outcome],
  ]
  return {
    traceId: trace.traceId,
    spanId,
    parentSpanId: trace.spanId,
    traceState: trace.parent?.traceState,
    name: spanName(record.operation, attempt.model),
    kind: 'Client',
    startMs: at(startedMs),
    endMs: at(isAnswer ? endedMs : startedMs + attempt.durationMs),
    attributes,
    error: isAnswer || outcome === 'Aborted' ? undefined : (attempt.reason ?? outcome),
  }
}

function spanName(operation: string, model: string): string {
  return model === '' ? operation : `${operation} ${model}`
}

function passedOverTexts({ passedOver }: CallRecord): readonly string[] | undefined {
  if (passedOver.length === 0) return undefined
  return passedOver.map(({ target, reason }) => `${target}: ${reason}`)
}

function guardrailTexts({ guardrails }: CallRecord): readonly string[] | undefined {
  return guardrails.length === 0 ? undefined : guardrails.map(guardrailText)
}

function costOf({ costNanodollars }: CallRecord): string | undefined {
  return costNanodollars === undefined ? undefined : dollarsOf(costNanodollars)
}

function text(value: string): string | undefined {
  return value === '' ? undefined : value
}
