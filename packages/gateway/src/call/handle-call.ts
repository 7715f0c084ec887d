import type { PromptTemplateSettings } from '@fairlead/snapshot'
import { TurnRecorder } from '../conversations/turn-recorder.ts'
import { ClientSink } from '../http/client-sink.ts'
import { readBody, requireJson } from '../http/read-body.ts'
import type { HttpCall } from '../http/http-call.ts'
import { accessiblePrompt } from '../prompts/find-prompt.ts'
import type { Runtime } from '../runtime/runtime.ts'
import type { Services } from '../services.ts'
import { type AssembledCall, assembleContext } from './assemble-context.ts'
import { authenticate } from './authenticate.ts'
import { callFirstHealthy } from './call-first-healthy.ts'
import { CallLifetime } from './call-lifetime.ts'
import { type DecodeParts, decodeChatCall, decodePromptCall } from './decode-call.ts'
import { failCall } from './fail-call.ts'
import { forwardedHeaders } from './forwarded-headers.ts'
import { matchRoute, type MatchedRoute } from './match-route.ts'
import { chooseTargets } from './choose-targets.ts'
import type { ModelCall } from './model-call.ts'
import { relayAnswer } from './relay-answer.ts'
import { replayAnswer } from './replay-answer.ts'
import { settleCall } from './settle-call.ts'
import { upstreamBody } from './upstream-body.ts'

/**
 * The life of one model call: authenticate, admit, decode, match, assemble, call, relay. `prompt` is
 * set when the call came to a template's own address. Retries only before the first byte reaches
 * the caller. Never rejects: every failure has been told to the caller, as far as there is one.
 */
export async function handleCall(
  http: HttpCall,
  runtime: Runtime,
  services: Services,
  prompt?: PromptTemplateSettings,
): Promise<void> {
  const { limits } = runtime.snapshot.gateway
  const lifetime = new CallLifetime(http.response, services.clock, limits.requestTimeoutMs)
  const scope: CallScope = { http, runtime, services, lifetime, recorder: undefined }
  runtime.acquire()
  services.running.add(lifetime)
  let admitted = false
  try {
    const caller = authenticate(http.request.headers, runtime, services.clock.now())
    http.record.tenant = caller.tenant
    services.admission.enter(limits.maxConcurrentRequests)
    admitted = true
    const call = await decode(
      scope,
      { headers: http.request.headers, caller, runtime, prompts: services.prompts },
      prompt,
    )
    const route = matchRoute(call, caller, http.request.headers, runtime)
    http.record.route = route.label
    const targets = chooseTargets(route, services.random)
    const assembled = await assemble(scope, call, { ...route, targets }, caller)
    await answer(scope, assembled, { ...route, targets })
  } catch (error) {
    await failCall(error, scope)
  } finally {
    if (admitted) services.admission.leave()
    lifetime.end()
    services.running.delete(lifetime)
    settleCall(http.record, runtime, services)
    runtime.release()
  }
}

/** What the steps of one call share. */
export interface CallScope {
  readonly http: HttpCall
  readonly runtime: Runtime
  readonly services: Services
  readonly lifetime: CallLifetime
  /** Set from the moment that a turn is open: whoever ends the call ends the turn. */
  recorder: TurnRecorder | undefined
}

async function decode(
  { http, runtime }: CallScope,
  parts: DecodeParts,
  prompt: PromptTemplateSettings | undefined,
): Promise<ModelCall> {
  const { request, record } = http
  if (prompt !== undefined) accessiblePrompt(prompt, prompt.name, parts.caller)
  requireJson(request)
  record.waits()
  const body = await readBody(request, runtime.snapshot.gateway.limits.maxRequestBytes)
  record.goesOn()
  const call =
    prompt === undefined ? decodeChatCall(body, parts) : decodePromptCall(body, prompt, parts)
  record.model = call.model
  record.stream = call.stream
  return call
}

async function assemble(
  scope: CallScope,
  call: ModelCall,
  route: MatchedRoute,
  caller: Parameters<typeof assembleContext>[2]['caller'],
): Promise<AssembledCall> {
  const { runtime, services, lifetime, http } = scope
  const [first] = route.targets
  if (first === undefined) throw new Error('a matched route has a target')
  const { signal } = lifetime
  const { dialect, stores, clock } = services
  const parts = { caller, runtime, dialect, stores, clock, signal }
  const assembled = await assembleContext(call, first, parts)
  if (assembled.turn !== undefined) {
    lifetime.outliveCaller()
    http.record.conversation = assembled.turn.conversation.id
    scope.recorder = new TurnRecorder(assembled.turn, first.model, services.clock)
  }
  return assembled
}

async function answer(
  { http, runtime, services, lifetime, recorder }: CallScope,
  assembled: AssembledCall,
  route: MatchedRoute,
): Promise<void> {
  const { call, turn } = assembled
  const sink = new ClientSink(http.response)
  const { record } = http
  const { includeUsage } = call.sent
  if (turn?.replay !== undefined) {
    return replayAnswer(turn, turn.replay, { ...services, record, sink, includeUsage, call })
  }
  const { clock, random, refusals, secrets } = services
  const answer = await callFirstHealthy({
    clock,
    random,
    refusals,
    secrets,
    targets: route.targets,
    retry: route.retry,
    bodyFor: (target) => upstreamBody(assembled, target),
    stream: call.stream,
    forwarded: forwardedHeaders(http.request.headers),
    firstTokenTimeoutMs: runtime.snapshot.gateway.limits.firstTokenTimeoutMs,
    signal: lifetime.signal,
    record,
  })
  await relayAnswer({
    answer,
    sink,
    dialect: services.dialect,
    record,
    recorder,
    includeUsage,
    signal: lifetime.signal,
  })
}
