import type { Cancellation } from '@fairlead/base'
import { adaptationText, ModelError, readRequestId } from '@fairlead/llm'
import type { AnswerStream, AnswerUse } from '../answer/answer-stream.ts'
import { usageOfPrompt } from '../answer/estimated-usage.ts'
import type { AttemptBody } from '../assembly/assembled-call.ts'
import type { AttemptBodies } from '../assembly/attempt-bodies.ts'
import type { AttemptPermit } from '../call/attempt-gate.ts'
import type { Call } from '../call/call.ts'
import { answerOfApi, type PreparedRequest, prepareRequest } from '../providers/prepare-request.ts'
import type { Credential } from '../providers/provider-runtime.ts'
import type { RequestProof } from '../providers/request-authorizer.ts'
import type { ProviderApi } from '../providers/provider-type.ts'
import type { CallTarget } from '../routing/call-target.ts'
import { decodedExchange } from '../upstream/decoded-exchange.ts'
import { UpstreamFailure } from '../upstream/upstream-failure.ts'
import { asFailure } from './as-failure.ts'
import { beginAnswer } from './begin-answer.ts'
import { type CallerCredential, callerCredential, secretOf } from './caller-credential.ts'
import { type FailureEffect, failureEffects } from './failure-effects.ts'
import { noteQuota } from './note-quota.ts'
import { outgoingHeaders, sharedHeaders } from './outgoing-headers.ts'
import { refusedAnswer } from './refused-answer.ts'
import { RunningAttempt } from './running-attempt.ts'
import { withoutSecret } from './without-secret.ts'

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
  assembled: AttemptBodies,
  call: Call,
): Promise<AnswerStream> {
  const { record, services } = call
  const { stream } = call.request.sent
  const own = callerCredential(target, call)
  let secret = own === undefined ? credential?.value : secretOf(own)
  const asked = { secret, attempt: record.attempts.length + 1 }
  const { adapted, answerer, bytes: body, renamedTools } = bodyFor(target, asked, assembled, call)
  const api = target.apiFor(call.dialect)
  const entered = enterGates(target, body, call)
  const permits = entered instanceof Promise ? await entered : entered
  const spentBefore = record.spent.length
  const running = new RunningAttempt(target, credential, call)
  record.target = target
  record.adapted = adaptationText(adapted)
  record.startWaiting()
  let isSent = false
  let isOpen = false
  let status: number | undefined
  let proof: RequestProof | undefined
  try {
    const { provider } = target
    const prepared = prepare({ target, api, credential, own, body }, call, running)
    const sent = prepared instanceof Promise ? await prepared : prepared
    proof = sent.proof
    secret = proof?.secret ?? secret
    isSent = true
    const received = await provider.transport.open(sent.request, running)
    const exchange = answerOfApi(api, decodedExchange(received, provider.key))
    isOpen = true
    status = exchange.status
    noteQuota(target, credential, api.dialect, exchange.headers, services.clock)
    if (status < 200 || status >= 300) {
      throw await refusedAnswer(exchange, target, secret, call)
    }
    const nowMs = services.clock.now()
    const answer = await beginAnswer(exchange, target, {
      dialect: api.dialect,
      stream,
      use,
      nowMs,
      renamedTools,
      watch: running,
      receive: (source) => assembled.receive?.(source),
      noteSpent: (usage) => record.spent.push({ target, usage }),
    })
    running.begun(status, readRequestId(exchange.headers))
    if (call.turn !== undefined) {
      await call.turn.answering(assembled.promptTarget(target, asked), asked.attempt)
    }
    if (answerer !== undefined) call.response?.answering(answerer)
    call.answering = running
    call.attemptPermits.push(...permits)
    return answer
  } catch (error) {
    if (isSent && call.lifetime.reason !== undefined && record.spent.length === spentBefore) {
      // The provider has read the prompt, and bills it: leaving early is not free.
      record.spent.push({ target, usage: usageOfPrompt(call.request) })
    }
    const spent = record.spent[spentBefore]?.usage
    for (const permit of permits) permit.settle(spent, false)
    if (call.lifetime.reason !== undefined) throw call.lifetime.reason
    const failure = withoutSecret(asFailure(error, isOpen, status, target.provider), secret)
    if (ofProofs.has(failureEffects[failure.failure].credential)) proof?.refused()
    running.failed(failure)
    throw failure
  } finally {
    record.stopWaiting()
  }
}

const none: readonly AttemptPermit[] = []

/** Enters all gates; a promise only where one has to wait. */
function enterGates(
  target: CallTarget,
  body: Uint8Array,
  call: Call,
): readonly AttemptPermit[] | Promise<readonly AttemptPermit[]> {
  let entered: AttemptPermit[] | undefined
  let waiting: Promise<AttemptPermit | undefined>[] | undefined
  for (const gate of call.services.attemptGates) {
    const permit = gate.enter(target, body, call)
    if (permit instanceof Promise) (waiting ??= []).push(permit)
    else if (permit !== undefined) (entered ??= []).push(permit)
  }
  return waiting === undefined ? (entered ?? none) : enterAll(entered ?? none, waiting)
}

/** Where one refuses, what the others granted is settled. */
async function enterAll(
  entered: readonly AttemptPermit[],
  waiting: readonly Promise<AttemptPermit | undefined>[],
): Promise<readonly AttemptPermit[]> {
  const outcomes = await Promise.allSettled(waiting)
  const granted = outcomes.flatMap((one) => (one.status === 'fulfilled' ? (one.value ?? []) : []))
  const permits = [...entered, ...granted]
  for (const one of outcomes) {
    if (one.status === 'fulfilled') continue
    for (const permit of permits) permit.settle(undefined, false)
    throw one.reason
  }
  return permits
}

/** What a provider says of a proof that it does not, or no longer, accept. */
const ofProofs: ReadonlySet<FailureEffect['credential']> = new Set(['Refused', 'Expired'])

/** What one target cannot express, another may. */
function bodyFor(
  target: CallTarget,
  asked: Parameters<AttemptBodies['bodyFor']>[1],
  assembled: AttemptBodies,
  { record }: Call,
): AttemptBody {
  try {
    return assembled.bodyFor(target, asked)
  } catch (error) {
    if (!(error instanceof ModelError)) throw error
    const { name, provider, model } = target
    record.passedOver.push({ target: name, provider: provider.key, model, reason: error.message })
    throw new UpstreamFailure('Unsupported', error, 'it cannot express the call')
  }
}

interface Asked {
  readonly target: CallTarget
  readonly api: ProviderApi
  readonly credential: Credential | undefined
  /** The caller's key, instead of a credential. */
  readonly own: CallerCredential | undefined
  readonly body: Uint8Array
}

function prepare(
  { target, api, credential, own, body }: Asked,
  call: Call,
  cancellation: Cancellation,
): PreparedRequest | Promise<PreparedRequest> {
  const { provider } = target
  const { attempts, trace } = call.record
  const traceHeaders = trace?.attemptHeaders(attempts.length, provider.server)
  const headers = outgoingHeaders(
    provider.headers,
    call.http.request.headers,
    sharedHeaders(call.dialect, api.dialect),
    traceHeaders,
  )
  if (own !== undefined) headers.push(own.name, own.value)
  return prepareRequest(
    provider,
    api,
    {
      settings: provider.settings,
      model: target.model,
      stream: call.request.sent.stream,
      body,
      basePath: provider.basePath,
      headers,
      get signal() {
        return cancellation.signal
      },
    },
    credential?.value,
    own !== undefined,
  )
}
