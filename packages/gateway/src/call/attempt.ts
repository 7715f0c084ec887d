import type { IncomingHttpHeaders } from 'node:http'
import { ModelError } from '@fairlead/llm'
import { abortReason, type Clock } from '@fairlead/base'
import { gatewayError } from '../gateway-error.ts'
import type { Credential } from '../runtime/provider-runtime.ts'
import { EgressDenied } from '../upstream/egress-connector.ts'
import type { Exchange } from '../upstream/exchange.ts'
import { UpstreamFailure } from '../upstream/upstream-failure.ts'
import { readAnswer, type AnswerBody } from './answer-body.ts'
import type { CallRecord } from './call-record.ts'
import type { CallTarget } from './match-route.ts'
import { refusedAnswer } from './refused-answer.ts'

export interface AttemptParts {
  readonly target: CallTarget
  readonly credential: Credential | undefined
  readonly body: Uint8Array
  readonly stream: boolean
  /** Headers of the caller that go on to the provider; names and values in turn. */
  readonly forwarded: readonly string[]
  readonly firstTokenTimeoutMs: number
  readonly clock: Clock
  readonly signal: AbortSignal
  readonly record: CallRecord
}

/** An answer of which nothing has reached the caller yet, though it has begun well. */
export interface Answer {
  readonly target: CallTarget
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: AnswerBody
}

/**
 * Asks one target once. Resolves when the answer has begun; rejects with an UpstreamFailure, or
 * with the signal's reason.
 */
export async function attempt(parts: AttemptParts): Promise<Answer> {
  const { target, record } = parts
  const deadline = firstTokenDeadline(parts)
  record.attempts += 1
  record.target = target
  record.waits()
  let stage: Stage = 'opening'
  try {
    const exchange = await open(parts, deadline.signal)
    if (exchange.status < 200 || exchange.status >= 300) {
      stage = 'refused'
      throw await refusedAnswer(exchange, target, parts.credential?.value)
    }
    stage = 'reading'
    const body = await readAnswer(exchange, target, parts.stream)
    target.provider.health.note('Healthy', 'The latest call was answered.')
    return { target, status: exchange.status, headers: exchange.headers, body }
  } catch (error) {
    throw asFailure(error, stage, parts)
  } finally {
    deadline.clear()
    record.goesOn()
  }
}

function open(parts: AttemptParts, signal: AbortSignal): Promise<Exchange> {
  const { provider } = parts.target
  return provider.transport.open(
    {
      path: provider.path,
      headers: [
        ...provider.headers,
        ...provider.adapter.headers(parts.credential?.value),
        ...parts.forwarded,
      ],
      body: parts.body,
    },
    signal,
  )
}

/** Only a stream promises an early first token; a whole answer takes as long as it takes. */
function firstTokenDeadline(parts: AttemptParts): { readonly signal: AbortSignal; clear(): void } {
  if (!parts.stream) return { signal: parts.signal, clear: () => {} }
  const controller = new AbortController()
  const onAbort = () => controller.abort(abortReason(parts.signal))
  if (parts.signal.aborted) onAbort()
  else parts.signal.addEventListener('abort', onAbort, { once: true })
  const { firstTokenTimeoutMs, target } = parts
  const timer = parts.clock.setTimer(firstTokenTimeoutMs, () => {
    const error = gatewayError.firstTokenTimeout(target.provider.key, firstTokenTimeoutMs)
    controller.abort(new UpstreamFailure('Timeout', error))
  })
  return { signal: controller.signal, clear: () => timer.cancel() }
}

/** How far an attempt has come: a refusal has noted the provider's health itself. */
type Stage = 'opening' | 'refused' | 'reading'

/** Errors of the network become failures that say what may be done; a cancelled call stays itself. */
function asFailure(error: unknown, stage: Stage, { target, signal }: AttemptParts): Error {
  if (signal.aborted) return abortReason(signal)
  const { key, health } = target.provider
  if (error instanceof UpstreamFailure) {
    const broken = stage === 'reading' && error.kind === 'ServerError'
    if (error.kind === 'Timeout' || broken) health.note('Unreachable', error.message)
    return error
  }
  if (error instanceof EgressDenied) {
    const denied = gatewayError.egressDenied(key, error.message)
    health.note('Unreachable', denied.message)
    return new UpstreamFailure('Target', denied)
  }
  if (error instanceof ModelError || stage !== 'opening') {
    const broken = error instanceof ModelError ? error : gatewayError.upstreamCut(key)
    health.note('Unreachable', broken.message)
    return new UpstreamFailure('ServerError', broken)
  }
  const unreachable = gatewayError.upstreamUnreachable(key, reasonOf(error), error)
  if (closedWithoutAnswer(error)) return new UpstreamFailure('StaleConnection', unreachable)
  health.note('Unreachable', unreachable.message)
  return new UpstreamFailure('Connect', unreachable)
}

function reasonOf(error: unknown): string {
  const code = codeOf(error)
  if (code !== undefined) return code
  return error instanceof Error ? error.message : 'unknown reason'
}

function closedWithoutAnswer(error: unknown): boolean {
  return ['UND_ERR_SOCKET', 'ECONNRESET', 'EPIPE'].includes(codeOf(error) ?? '')
}

function codeOf(error: unknown): string | undefined {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  return typeof code === 'string' ? code : undefined
}
