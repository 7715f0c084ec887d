import { authenticate } from './access/authenticate.ts'
import type { AnswerStream, AnswerUse } from './answer/answer-stream.ts'
import type { AnswerTap } from './answer/answer-tap.ts'
import type { AnswerTransform, AnswerTransformer } from './answer/answer-transform.ts'
import { relayAnswer } from './answer/relay-answer.ts'
import { earlierAnswer } from './answer/earlier-answer.ts'
import { AnswerRecorder } from './answer/taps/answer-recorder.ts'
import { ContentRecorder } from './answer/taps/content-recorder.ts'
import { ResponseRecorder } from './answer/taps/response-recorder.ts'
import { TurnRecorder } from './answer/taps/turn-recorder.ts'
import { answerInBackground } from './answer/answer-in-background.ts'
import { beginAnswer } from './assembly/begin-answer.ts'
import { beginResponse } from './assembly/begin-response.ts'
import { assembleCall } from './assembly/assemble-call.ts'
import { recordInput } from './assembly/record-input.ts'
import type { AttemptBodies } from './assembly/attempt-bodies.ts'
import { callFirstHealthy } from './attempts/call-first-healthy.ts'
import type { Call } from './call/call.ts'
import { endCall } from './call/end-call.ts'
import { routeCall } from './call/route-call.ts'
import { failCall } from './fail-call.ts'
import { readHeldBody } from './call/held-body.ts'
import { requireJson } from './http/read-body.ts'
import type { Mirrors } from './mirrors/mirrors.ts'
import { CallPermits } from './policies/call-permits.ts'
import type { AnswerCaching } from './policies/cache/answer-caching.ts'
import type { AdmissionPolicy, ArrivalPolicy } from './policies/call-policy.ts'
import type { ProviderApi } from './providers/provider-type.ts'
import type { CallTarget } from './routing/call-target.ts'
import { chatFormatOf } from '@fairlead/llm'
import type { CallRoute, PathParameters } from './surfaces/surface.ts'

/** The route of a call, with what stands in its address. */
interface CalledRoute {
  readonly route: CallRoute
  readonly parameters: PathParameters
  /** The key that came in the query. */
  readonly key: string | undefined
}

/** The policies and transformers that every call passes, in their order. */
export interface CallChain {
  readonly arrivalPolicies: readonly ArrivalPolicy[]
  readonly admissionPolicies: readonly AdmissionPolicy[]
  readonly transformers: readonly AnswerTransformer[]
  readonly mirrors: Mirrors
  readonly caching: AnswerCaching
}

/**
 * The life of one model call: authenticate, admit, read, match, assemble, call, relay. Retries only
 * before the first byte reaches the caller. Never rejects: every failure is sent to the caller, if
 * one is still connected.
 */
export async function handleCall(
  call: Call,
  { route, parameters, key }: CalledRoute,
  { arrivalPolicies, admissionPolicies, caching, mirrors, transformers }: CallChain,
): Promise<void> {
  const { record, runtime, services } = call
  const permits = new CallPermits()
  const taps: AnswerTap[] = []
  try {
    record.explainsAttempts = call.http.request.headers.get('x-fairlead-explain') === 'attempts'
    record.trace = services.tracing.begin(call.http.request.headers)
    const { request } = call.http
    const caller = authenticate(request, runtime.access, services.clock.now(), key)
    call.caller = caller instanceof Promise ? await record.waitFor(caller) : caller
    record.noteCaller(call.caller)
    await permits.enter(arrivalPolicies, call)
    call.request = await readRequest(call, route, parameters)
    call.route = routeCall(call)
    await permits.enter(admissionPolicies, call)
    const assembled = await assembleCall(call)
    letCallerLeave(call)
    recordInput(assembled, call)
    // First of all, so that whatever fails from here on ends the turn.
    taps.push(...recordTurn(call), ...recordContent(call))
    taps.push(...(await recordAnswer(call)))
    taps.push(...(await recordResponse(call)))
    if (await answerInBackground(call)) return
    await permits.enter([{ enter: () => caching.enter(call, assembled.edits) }], call)
    const transforms = [
      ...permits.recorders,
      ...transformsFor(call, transformers),
      ...permits.transforms,
    ]
    const useFor = answerUse(call, assembled, transforms, taps)
    const known = permits.answer ?? (call.earlier && earlierAnswer(call.earlier, call))
    const answer = known ?? (await callFirstHealthy(assembled, useFor, call))
    if (known === undefined) mirrors.offer(assembled, call)
    await relayAnswer(transformed(answer, transforms), useFor(record.target), call, taps)
  } catch (error) {
    // What fails once the turn has begun, and before it is recorded, ends it too.
    if (taps.length === 0) taps.push(...recordTurn(call))
    await failCall(error, call, taps)
  } finally {
    endCall(call, permits)
  }
}

async function readRequest(call: Call, route: CallRoute, parameters: PathParameters) {
  const { http, record, runtime, services } = call
  const read = route.reader(call, parameters)
  requireJson(http.request)
  const { limits } = runtime.snapshot.gateway
  const held = await record.waitFor(readHeldBody(http.request, limits, services.heldBytes))
  call.bodyBytes = held.reservation
  call.readRequest = read
  call.sentBody = held.body
  const request = read(held.body)
  record.model = request.model
  record.stream = request.sent.stream
  record.prompt = request.prompt
  return request
}

/**
 * A turn that nobody listens to gives way; one in the background has nobody from the beginning. What
 * another call answers does not need this one.
 */
function letCallerLeave({ goesOnAlone, lifetime, request, turn }: Call): void {
  if (turn?.earlier !== undefined) return
  if (request.kept?.background === true) lifetime.outliveCaller()
  else if (goesOnAlone) lifetime.outliveCaller(() => turn?.callerLeft())
}

/** In a conversation the answer is recorded. */
function recordTurn({ record, route, runtime, services, turn }: Call): readonly AnswerTap[] {
  if (turn === undefined) return []
  record.conversation = turn.conversation.id
  if (turn.earlier !== undefined) return []
  const { gateway } = runtime.snapshot
  const { conversations } = services.metrics
  return [
    new TurnRecorder(turn, {
      model: route.targets[0]?.model ?? '',
      bytesMax: gateway.limits.maxResponseBytes,
      clock: services.clock,
      onEnd: (outcome) => conversations.countTurn(gateway.defaultConversationStore ?? '', outcome),
    }),
  ]
}

/** The answer is recorded for the Idempotency-Key of a call that belongs to no conversation. */
async function recordAnswer(call: Call): Promise<readonly AnswerTap[]> {
  const answer = await beginAnswer(call)
  if (answer === undefined) return []
  const { runtime, services } = call
  const { maxResponseBytes: bytesMax } = runtime.snapshot.gateway.limits
  return [new AnswerRecorder(answer, { bytesMax, clock: services.clock })]
}

/** The answer is recorded in the response that the call asks to be kept. */
async function recordResponse(call: Call): Promise<readonly AnswerTap[]> {
  const response = await beginResponse(call)
  if (response === undefined) return []
  const { dialect, request, runtime, services } = call
  return [
    new ResponseRecorder(response, {
      format: chatFormatOf(dialect),
      repeated: request.repeated,
      hidesSeals: request.kept?.hidesSeals ?? false,
      keepsFrames: response.response.background || request.sent.stream,
      bytesMax: runtime.snapshot.gateway.limits.maxResponseBytes,
      clock: services.clock,
    }),
  ]
}

/** The answer is recorded in the call's span, where the configuration wants that. */
function recordContent({ record: { operation, trace } }: Call): readonly AnswerTap[] {
  return operation === 'chat' && trace?.recordsContent === true ? [new ContentRecorder(trace)] : []
}

/**
 * Bytes pass through between parties of one dialect, unless a transform needs events, or they may
 * repeat what the gateway added to the request.
 */
function answerUse(
  call: Call,
  { mustHideAdditions, receive }: AttemptBodies,
  transforms: readonly AnswerTransform[],
  taps: readonly AnswerTap[],
): (target: CallTarget | undefined) => AnswerUse {
  const unread = !mustHideAdditions && transforms.every(({ takes }) => takes !== 'events')
  const isRead = transforms.some(({ takes }) => takes === 'both')
  const needsEvents = taps.length > 0 || isRead || !unread
  return (target) => ({
    // What is received as a value is in the caller's dialect.
    passes: receive !== undefined || (unread && isReadable(target?.apiFor(call.dialect), call)),
    needsEvents: receive === undefined && needsEvents,
    heldBytesMax: call.runtime.snapshot.gateway.limits.maxResponseBytes,
  })
}

/** Whether the caller reads an API's answers as they are. */
function isReadable(api: ProviderApi | undefined, { dialect }: Call): boolean {
  return api?.dialect.name === dialect.name && api.encoding.quirks?.answersInOwnForm !== true
}

function transformsFor(
  call: Call,
  transformers: readonly AnswerTransformer[],
): readonly AnswerTransform[] {
  return transformers.flatMap((transformer) => transformer.transformFor(call) ?? [])
}

function transformed(answer: AnswerStream, transforms: readonly AnswerTransform[]): AnswerStream {
  return transforms.reduce((changed, transform) => transform.apply(changed), answer)
}
