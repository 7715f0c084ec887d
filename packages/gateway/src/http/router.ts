import { authenticate } from '../call/authenticate.ts'
import { handleCall } from '../call/handle-call.ts'
import { settleCall } from '../call/settle-call.ts'
import { ownHeaders } from '../call/reply-headers.ts'
import { handleConversations } from '../conversations/conversation-routes.ts'
import { gatewayError, toModelError } from '../gateway-error.ts'
import type { Runtime } from '../runtime/runtime.ts'
import type { Services } from '../services.ts'
import type { HttpCall } from './http-call.ts'
import { sendModel, sendModels } from './list-models.ts'
import { splitUrl } from './request-url.ts'
import { sendError } from './send-json.ts'

const served = [
  'POST /v1/chat/completions',
  'GET /v1/models',
  'POST /prompts/{namespace}/{name}',
  '/v1/conversations',
]

/** Finds what answers a request. Never rejects. */
export async function routeRequest(
  http: HttpCall,
  runtime: Runtime | undefined,
  services: Services,
): Promise<void> {
  if (runtime === undefined) return refuse(http, gatewayError.notReady(), services)
  const { request } = http
  const { path, query } = splitUrl(request.url ?? '/')
  http.record.method = request.method ?? ''
  http.record.path = path
  try {
    if (path === '/v1/chat/completions') {
      requireMethod(http, path, ['POST'])
      return await handleCall(http, runtime, services)
    }
    const prompt = runtime.promptsByPath.get(path) ?? promptAt(path, runtime)
    if (prompt !== undefined) {
      requireMethod(http, path, ['POST'])
      return await handleCall(http, runtime, services, prompt)
    }
    await answerOther(http, path, query, runtime, services)
  } catch (error) {
    refuse(http, error, services)
  }
  settleCall(http.record, runtime, services)
}

async function answerOther(
  http: HttpCall,
  path: string,
  query: URLSearchParams,
  runtime: Runtime,
  services: Services,
): Promise<void> {
  const { request, response, record } = http
  const known = path.startsWith('/v1/') || path.startsWith('/prompts/')
  const segments = known ? path.split('/').slice(1).map(decodeSegment) : []
  if (segments[0] === 'v1' && segments[1] === 'models' && segments.length >= 2) {
    requireMethod(http, path, ['GET'])
    const caller = authenticate(request.headers, runtime, services.clock.now())
    record.tenant = caller.tenant
    const id = segments.slice(2).join('/')
    if (id === '') sendModels(response, caller, runtime)
    else sendModel(response, id, caller, runtime)
    record.status = 200
    return
  }
  if (segments[0] === 'v1' && (segments[1] === 'conversations' || segments[1] === 'plans')) {
    return handleConversations(http, segments.slice(1), query, runtime, services)
  }
  if (segments[0] === 'prompts' && segments.length === 3) {
    authenticate(request.headers, runtime, services.clock.now())
    throw gatewayError.nameNotFound('prompt', `${segments[1]}/${segments[2]}`, 'PromptTemplate')
  }
  throw gatewayError.unknownPath(request.method ?? 'GET', path, served)
}

function promptAt(path: string, runtime: Runtime) {
  if (!path.startsWith('/prompts/')) return undefined
  return runtime.snapshot.prompts.get(decodeSegment(path.slice('/prompts/'.length)))
}

function decodeSegment(segment: string): string {
  try {
    return decodeURIComponent(segment)
  } catch {
    return segment
  }
}

function requireMethod({ request, response }: HttpCall, path: string, allowed: string[]): void {
  if (allowed.includes(request.method ?? '')) return
  response.setHeader('allow', allowed.join(', '))
  throw gatewayError.methodNotAllowed(request.method ?? '', path, allowed)
}

function refuse(http: HttpCall, thrown: unknown, services: Services): void {
  const error = toModelError(thrown)
  if (error.kind === 'internal') {
    services.logger.error({ requestId: http.record.requestId, err: error.cause }, 'request failed')
  }
  http.record.status = error.status
  http.record.errorCode = error.code
  if (http.response.headersSent) http.response.destroy()
  else sendError(http.response, error, services.dialect, ownHeaders(http.record, undefined))
}
