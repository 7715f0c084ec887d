import { authenticate } from './access/authenticate.ts'
import { ownHeaders } from './answer/reply-headers.ts'
import { Call } from './call/call.ts'
import type { HttpCall } from './call/http-call.ts'
import { noteRefusedAccess } from './call/note-access.ts'
import type { Services } from './call/services.ts'
import { settleCall } from './call/settle-call.ts'
import { gatewayError, toModelError } from './errors/gateway-error.ts'
import { type CallChain, handleCall } from './handle-call.ts'
import { requestIdHeaders } from './http/request-id-headers.ts'
import { splitUrl } from './http/request-url.ts'
import { EventStream } from './http/event-stream.ts'
import { sendError, sendJson } from './http/send-json.ts'
import { relayEventStream } from './relay-event-stream.ts'
import { CallPermits } from './policies/call-permits.ts'
import type { ArrivalPolicy } from './policies/call-policy.ts'
import type { Runtime } from './runtime/runtime.ts'
import type { FoundRoute, Router } from './surfaces/router.ts'
import type { AnswerRoute, Surface, SurfaceRequest } from './surfaces/surface.ts'
import type { Dialect } from '@fairlead/llm'

/** What handles requests for as long as the gateway runs. */
export interface RequestHandling {
  readonly router: Router
  readonly chain: CallChain
  /** The dialect of errors about requests that no surface serves. */
  readonly fallbackDialect: Dialect
  readonly services: Services
}

/** Finds the route of a request and answers it. Never rejects. */
export async function handleRequest(
  http: HttpCall,
  runtime: Runtime | undefined,
  handling: RequestHandling,
): Promise<void> {
  const { router, chain, fallbackDialect, services } = handling
  if (runtime === undefined) {
    return refuse(http, gatewayError.notReady(), fallbackDialect, services)
  }
  const { request, record } = http
  const { path, query } = splitUrl(request.target)
  record.method = request.method
  record.path = path
  const preflight = runtime.cors?.admit(http, () => router.methodsOf(path, runtime))
  if (preflight !== undefined) {
    record.status = 204
    http.response.start(204, preflight)
    http.response.end()
    return settleCall(record, runtime, services)
  }
  let dialect = fallbackDialect
  const allow: string[] = []
  try {
    const found = router.find(record.method, path, runtime, (surface, methods) => {
      if (surface !== undefined) dialect = dialectOf(surface, http)
      if (methods.length > 0) allow.push('allow', methods.join(', '))
    })
    const { route, surface, parameters } = found
    dialect = dialectOf(surface, http)
    if ('reader' in route) {
      if (services.running.refusal !== undefined) throw services.running.refusal
      dialect = route.dialectOf?.(query) ?? dialect
      const call = new Call(http, dialect, runtime, services)
      const key = keyIn(query, surface)
      return await handleCall(call, { route, parameters, key }, chain)
    }
    await answerDirectly(http, { ...found, route }, query, {
      dialect,
      runtime,
      services,
      policies: chain.arrivalPolicies,
    })
  } catch (error) {
    refuse(http, error, dialect, services, allow)
  }
  settleCall(record, runtime, services)
}

function dialectOf(surface: Surface, { request }: HttpCall): Dialect {
  return surface.dialectOf?.(request.headers) ?? surface.dialect
}

interface DirectParts extends Pick<SurfaceRequest, 'dialect' | 'runtime' | 'services'> {
  /** What it must pass where it takes as long as a call. */
  readonly policies: readonly ArrivalPolicy[]
}

/** Works once all policies have admitted the request. */
async function permitted<T>(
  policies: readonly ArrivalPolicy[],
  request: SurfaceRequest,
  work: () => T | Promise<T>,
): Promise<T> {
  const permits = new CallPermits()
  try {
    await permits.enter(policies, request)
    return await work()
  } finally {
    permits.settle(request.http.record, request.services.logger)
  }
}

async function answerDirectly(
  http: HttpCall,
  found: FoundRoute & { readonly route: AnswerRoute },
  query: URLSearchParams,
  { dialect, policies, runtime, services }: DirectParts,
): Promise<void> {
  const { record, request, response } = http
  const { surface, route, parameters } = found
  const key = keyIn(query, surface)
  const caller = await authenticate(request, runtime.access, services.clock.now(), key)
  record.noteCaller(caller)
  const asked = { http, parameters, query, dialect, caller, runtime, services }
  const value =
    route.asksProvider === true
      ? await permitted(policies, asked, () => route.answer(asked))
      : await route.answer(asked)
  record.status = 200
  if (value instanceof EventStream) {
    // It stays, as a call does, and takes a place among them.
    return permitted(policies, asked, () => relayEventStream(value, http, runtime, services))
  }
  sendJson(response, 200, value, [
    'x-fairlead-request-id',
    record.requestId,
    ...requestIdHeaders(dialect, record.requestId),
  ])
}

/** The key that came in the query, where the surface's SDKs may send one there. */
function keyIn(query: URLSearchParams, { keyParameter }: Surface): string | undefined {
  return keyParameter === undefined ? undefined : (query.get(keyParameter) ?? undefined)
}

function refuse(
  http: HttpCall,
  thrown: unknown,
  dialect: Dialect,
  services: Services,
  headers: readonly string[] = [],
): void {
  const { record, response } = http
  const error = toModelError(thrown)
  if (error.kind === 'internal') {
    services.logger.error({ requestId: record.requestId, err: error.cause }, 'request failed')
  }
  record.status = error.status
  record.errorCode = error.code
  noteRefusedAccess(error, record, services.metrics)
  record.callerAddress = http.request.remoteAddress
  if (response.started) response.destroy()
  else {
    record.status = sendError(response, error, dialect, {
      headers: [...ownHeaders({ record, conversation: undefined, turn: undefined }), ...headers],
      id: record.requestId,
      nowMs: services.clock.now(),
    })
  }
}
