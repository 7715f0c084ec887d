import { openAiChat } from '@fairlead/llm'
import { readHeldBody } from '../../call/held-body.ts'
import { readChatRequest } from '../../call/read-chat-request.ts'
import { routedCallOf } from '../../call/routed-call-of.ts'
import { requireJson } from '../../http/read-body.ts'
import type { Surface, SurfaceRequest } from '../surface.ts'
import { explainRoute } from './explain-route.ts'
import { foreseeAdaptation } from './foreseen-adaptation.ts'

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
  const { limits } = runtime.snapshot.gateway
  const { heldBytes } = services
  const held = await http.record.waitFor(readHeldBody(http.request, limits, heldBytes))
  try {
    const sender = { caller, dialect, headers, runtime, services }
    const asked = readChatRequest(held.body, sender, { messagesOptional: true })
    const nowMs = services.clock.monotonicMs()
    const call = routedCallOf(asked, { caller, dialect, headers, nowMs })
    return explainRoute(call, runtime, services.random, foreseeAdaptation(asked, dialect))
  } finally {
    held.reservation.release()
  }
}
