import { Cancellation, untilAborted } from '@fairlead/base'
import { ConnectionLost, TunnelError } from '@fairlead/http1'
import { ModelError } from '@fairlead/llm'
import type { AnswerStream, AnswerUse } from '../answer/answer-stream.ts'
import type { AssembledCall } from '../assembly/assembled-call.ts'
import type { AttemptOutcome } from '../call/attempt-record.ts'
import type { Call } from '../call/call.ts'
import { gatewayError } from '../errors/gateway-error.ts'
import type { Credential } from '../providers/provider-runtime.ts'
import type { CallTarget } from '../routing/call-target.ts'
import { EgressDenied } from '../upstream/egress-connector.ts'
import type { Exchange } from '../upstream/exchange.ts'
import { UpstreamFailure } from '../upstream/upstream-failure.ts'
import { beginAnswer } from './begin-answer.ts'
import { outgoingHeaders } from './outgoing-headers.ts'
import { refusedAnswer } from './refused-answer.ts'

/** One attempt at one target. */
interface Attempt {
  readonly target: CallTarget
  readonly credential: Credential | undefined
  readonly use: AnswerUse
}

/**
 * Tries one target once. Resolves with a successful answer, before its first byte is sent to the
 * caller; rejects with an UpstreamFailure, or with the reason why the call must end.
 */
export async function attempt(
  { target, credential, use }: Attempt,
  assembled: AssembledCall,
  call: Call,
): Promise<AnswerStream> {
  const { record, services } = call
  const { state } = target.provider
  const { stream } = call.request.sent
  const body = assembled.bodyFor(target)
  const deadline = firstTokenDeadline(target, call)
  const begunMs = services.clock.monotonicMs()
  record.target = target
  state.inFlight += 1
  record.startWaiting()
  let stage: Stage = 'opening'
  const note = (outcome: AttemptOutcome, status: number | undefined, reason?: string) =>
    record.attempts.push({
      target: target.name,
      provider: target.provider.key,
      providerType: target.provider.type.telemetryName,
      model: target.model,
      credential: credential?.name,
      outcome,
      status,
      startedMs: begunMs,
      durationMs: services.clock.monotonicMs() - begunMs,
      reason,
    })
  try {
    const exchange = await open(target, credential, body, call, deadline.cancellation)
    if (exchange.status < 200 || exchange.status >= 300) {
      stage = 'refused'
      throw await refusedAnswer(exchange, target, credential?.value, call)
    }
    stage = 'reading'
    const nowMs = services.clock.now()
    const answer = await beginAnswer(exchange, target, { stream, use, nowMs })
    state.note('Healthy', 'The latest call was answered.')
    state.noteLatency(services.clock.monotonicMs() - begunMs)
    note('Success', exchange.status)
    return answer
  } catch (error) {
    const failure = asFailure(error, stage, target, call)
    note(outcomeOf(failure), undefined, failure.message)
    throw failure
  } finally {
    state.inFlight -= 1
    deadline.clear()
    record.stopWaiting()
  }
}

function outcomeOf(failure: Error): AttemptOutcome {
  if (!(failure instanceof UpstreamFailure)) return 'Aborted'
  switch (failure.kind) {
    case 'Credential':
      return 'CredentialRefused'
    case 'Target':
      return 'Connect'
    case 'StaleConnection':
      return 'Connect'
    case 'Final':
      return 'InvalidRequest'
    default:
      return failure.kind
  }
}

function open(
  target: CallTarget,
  credential: Credential | undefined,
  body: Uint8Array,
  call: Call,
  cancellation: Cancellation,
): Promise<Exchange> {
  const { provider } = target
  const { requestHeaders } = call.dialect.passage
  const prepared = provider.type.prepare(
    {
      model: target.model,
      stream: call.request.sent.stream,
      body,
      basePath: provider.basePath,
      headers: outgoingHeaders(provider.headers, call.http.request.headers, requestHeaders),
      get signal() {
        return cancellation.signal
      },
    },
    credential?.value,
  )
  return prepared instanceof Promise
    ? untilAborted(prepared, cancellation.signal).then((request) =>
        provider.transport.open(request, cancellation),
      )
    : provider.transport.open(prepared, cancellation)
}

/**
 * Only a stream has a first-token deadline; a whole answer is bounded by the request timeout alone.
 */
function firstTokenDeadline(
  target: CallTarget,
  { lifetime, request, runtime, services }: Call,
): { readonly cancellation: Cancellation; clear(): void } {
  if (!request.sent.stream) return { cancellation: lifetime, clear: () => {} }
  const cancellation = new Cancellation()
  lifetime.listen({ onCancel: (reason) => cancellation.cancel(reason) })
  const { firstTokenTimeoutMs } = runtime.snapshot.gateway.limits
  const timer = services.clock.setTimer(firstTokenTimeoutMs, () => {
    const error = gatewayError.firstTokenTimeout(target.provider.key, firstTokenTimeoutMs)
    cancellation.cancel(new UpstreamFailure('Timeout', error))
  })
  return { cancellation, clear: () => timer.cancel() }
}

/** How far an attempt got: a refusal has already noted the provider's health. */
type Stage = 'opening' | 'refused' | 'reading'

/**
 * Turns network errors into failures that say how to proceed; the reason of an aborted call is
 * kept.
 */
function asFailure(error: unknown, stage: Stage, target: CallTarget, { lifetime }: Call): Error {
  if (lifetime.reason !== undefined) return lifetime.reason
  const { key, state } = target.provider
  if (error instanceof UpstreamFailure) {
    const broken = stage === 'reading' && error.kind === 'ServerError'
    if (error.kind === 'Timeout' || broken) state.note('Unreachable', error.message)
    return error
  }
  if (error instanceof EgressDenied) {
    const denied = gatewayError.egressDenied(key, error.message)
    state.note('Unreachable', denied.message)
    return new UpstreamFailure('Target', denied)
  }
  if (error instanceof ModelError || stage !== 'opening') {
    const broken = error instanceof ModelError ? error : gatewayError.upstreamCut(key, error)
    state.note('Unreachable', broken.message)
    return new UpstreamFailure('ServerError', broken)
  }
  const reason = reasonOf(error, target.provider.settings.proxyURL)
  const unreachable = gatewayError.upstreamUnreachable(key, reason, error)
  if (error instanceof ConnectionLost && error.wasStale)
    return new UpstreamFailure('StaleConnection', unreachable)
  state.note('Unreachable', unreachable.message)
  return new UpstreamFailure('Connect', unreachable)
}

function reasonOf(error: unknown, proxyURL: string | undefined): string {
  if (error instanceof TunnelError) return error.message
  const reason = codeOf(error) ?? (error instanceof Error ? error.message : 'unknown reason')
  return proxyURL === undefined ? reason : `${reason}, through the proxy ${proxyURL}`
}

function codeOf(error: unknown): string | undefined {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  return typeof code === 'string' ? code : undefined
}
