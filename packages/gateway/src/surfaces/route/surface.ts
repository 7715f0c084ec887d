import { openAiChat } from '@fairlead/llm'
import { readChatRequest } from '../../call/read-chat-request.ts'
import { routedCallOf } from '../../call/routed-call-of.ts'
import { readBody, requireJson } from '../../http/read-body.ts'
import type { Surface, SurfaceRequest } from '../surface.ts'
import { explainRoute } from './explain-route.ts'

/** Where a chat completion would go, without sending it. */
export const route: Surface = {
  name: 'route',
  dialect: openAiChat,
  routes: [{ method: 'POST', path: '/v1/route', answer: answerRoute }],
}

/** The body is that of a chat completion, which may lack messages. */
async function answerRoute(request: SurfaceRequest): Promise<object> {
  const { caller, dialect, http, runtime, services } = request
  requireJson(http.request)
  const { headers } = http.request
  const { maxRequestBytes } = runtime.snapshot.gateway.limits
  const body = await http.record.waitFor(readBody(http.request, maxRequestBytes))
  const sender = { caller, dialect, headers, runtime, services }
  const asked = readChatRequest(body, sender, { messagesOptional: true })
  const nowMs = services.clock.monotonicMs()
  const call = routedCallOf(asked, { caller, dialect, headers, nowMs })
  return explainRoute(call, runtime, services.random)
}
