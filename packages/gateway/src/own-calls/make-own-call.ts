import { randomUUID } from 'node:crypto'
import type { Dialect } from '@fairlead/llm'
import type { AnswerStream, AnswerUse } from '../answer/answer-stream.ts'
import type { AttemptBodies } from '../assembly/attempt-bodies.ts'
import { callFirstHealthy } from '../attempts/call-first-healthy.ts'
import { readToEnd } from '../attempts/read-to-end.ts'
import { Call } from '../call/call.ts'
import { CallRecord } from '../call/call-record.ts'
import { endCall } from '../call/end-call.ts'
import type { CallRequest } from '../call/call-request.ts'
import type { OwnCallContext } from '../call/own-calls.ts'
import { routeCall } from '../call/route-call.ts'
import type { Services } from '../call/services.ts'
import { gatewayError } from '../errors/gateway-error.ts'
import { CallPermits } from '../policies/call-permits.ts'
import type { AdmissionPolicy } from '../policies/call-policy.ts'
import type { RoutingTable } from '../routing/match-route.ts'
import type { Runtime } from '../runtime/runtime.ts'
import { errorForCaller } from '../upstream/upstream-failure.ts'
import type { OwnCallPlaces } from './own-call-places.ts'
import { ownCaller } from './own-caller.ts'
import { ownExchange } from './own-exchange.ts'

/** What own calls are made with for as long as the gateway runs. */
export interface OwnCallParts {
  readonly services: Services
  /** They count for their callers as their own calls do. */
  readonly admissionPolicies: readonly AdmissionPolicy[]
  readonly places: OwnCallPlaces
  /** The configuration in force. */
  readonly currentRuntime: () => Runtime | undefined
}

/** One call that the gateway makes for itself, in the dialect that it is written in. */
export interface OwnCall<T> {
  readonly dialect: Dialect
  /** Bytes of the request. */
  readonly bytes: number
  readonly use: AnswerUse
  read(call: Call): CallRequest
  /** What its targets are sent; called when it has been routed. */
  assemble(call: Call): AttemptBodies
  /** The same call with every text of others in it changed. */
  changed(change: (text: string) => string): OwnCall<T>
  /** What is asked for, of the answer that has come to its end, and its bytes. Throws a ModelError. */
  result(answer: AnswerStream, call: Call, bytes: Buffer): T
}

/**
 * The life of a call without a connection: admitted, routed, tried and settled as a caller's. Rejects
 * with a ModelError, or with the reason of its signal.
 */
export async function makeOwnCall<T>(
  own: OwnCall<T>,
  on: OwnCallContext,
  parts: OwnCallParts,
): Promise<T> {
  const { admissionPolicies, places, services } = parts
  if (services.running.refusal !== undefined) throw services.running.refusal
  on.signal.throwIfAborted()
  const call = begin(own.dialect, { ...on, runtime: usableRuntime(on, parts) }, services)
  const { lifetime, record } = call
  const permits = new CallPermits()
  const stop = () => lifetime.cancel(asError(on.signal.reason))
  on.signal.addEventListener('abort', stop, { once: true })
  let leave: (() => void) | undefined
  try {
    leave = await record.waitFor(places.enter(own.bytes, call.signal))
    call.request = own.read(call)
    call.route = routeCall(call)
    await permits.enter(admissionPolicies, call)
    const looked = lookedAt(own, call)
    const answer = await callFirstHealthy(looked.assemble(call), () => looked.use, call)
    record.noteFirstByte()
    const pieces: Buffer[] = []
    await readToEnd(answer, call, ({ bytes }) => pieces.push(bytes))
    const result = looked.result(answer, call, Buffer.concat(pieces))
    record.status = 200
    return result
  } catch (thrown) {
    const error = errorForCaller(lifetime.reason ?? thrown)
    record.status = error.status
    record.errorCode = error.code
    throw on.signal.aborted ? on.signal.reason : error
  } finally {
    on.signal.removeEventListener('abort', stop)
    leave?.()
    endCall(call, permits)
  }
}

/** What a conversation has may be sent to another model than it was looked at for: guards look again. */
function lookedAt<T>(own: OwnCall<T>, call: Call): OwnCall<T> {
  const { guards } = call
  if (guards === undefined) return own
  const looked = own.changed((text) => guards.own(text))
  call.request = looked.read(call)
  return looked
}

/** What outlives the call that it is for may outlive its configuration, which then has no connections. */
function usableRuntime({ runtime }: OwnCallContext, { currentRuntime }: OwnCallParts): Runtime {
  if (!runtime.isReleased()) return runtime
  const current = currentRuntime()
  if (current === undefined) throw gatewayError.notReady()
  return current
}

function begin(dialect: Dialect, on: OwnCallContext, services: Services): Call {
  const { caller, purpose, requestId, runtime, timeoutMs, trace } = on
  const record = new CallRecord(requestId ?? `req_${randomUUID()}`, services.clock)
  const call = new Call(ownExchange(record), dialect, runtime, services, {
    table: tableOf(runtime),
    timeoutMs,
  })
  call.caller = ownCaller(caller, runtime)
  record.noteCaller(call.caller)
  // It was not proved for this call, and the key was used for another.
  record.authMethod = undefined
  record.keyName = undefined
  record.purpose = purpose
  record.trace =
    trace === undefined
      ? services.tracing.begin(call.http.request.headers)
      : services.tracing.beginWithin(trace)
  return call
}

/** Without AccessPolicies, which are about callers. */
function tableOf({ defaultProviders, prices, providers, routes }: Runtime): RoutingTable {
  return { defaultProviders, prices, providers, routes, accessRules: undefined }
}

function asError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error('the call is not needed any more')
}
