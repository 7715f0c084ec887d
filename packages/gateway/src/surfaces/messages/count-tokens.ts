import { numberOrUndefined } from '@fairlead/base'
import { chatFormatOf } from '@fairlead/llm'
import { byAvailability } from '../../attempts/available-targets.ts'
import { countTokens } from '../../attempts/count-tokens.ts'
import { countInput } from '../../conversations/count-input.ts'
import { readHeldBody } from '../../call/held-body.ts'
import { readChatRequest } from '../../call/read-chat-request.ts'
import { routedCallOf } from '../../call/routed-call-of.ts'
import { requireJson } from '../../http/read-body.ts'
import type { CallTarget } from '../../routing/call-target.ts'
import { findRoute, noFitTarget } from '../../routing/match-route.ts'
import { UpstreamFailure } from '../../upstream/upstream-failure.ts'
import type { SurfaceRequest } from '../surface.ts'

/** A count is asked for before a call, and nobody waits long for it. */
const timeoutMs = 10_000

/**
 * How many tokens a call has: https://docs.anthropic.com/en/api/messages-count-tokens. The provider
 * that would be called first is asked, if it counts; otherwise, and where it fails, they are counted
 * here, which the answer calls an estimate. Persona and history are not counted. Where guards look at
 * calls, no provider is asked, for it would get what was not looked at.
 */
export async function answerCount(request: SurfaceRequest): Promise<object> {
  const { caller, dialect, http, runtime, services } = request
  requireJson(http.request)
  const { headers } = http.request
  const { limits } = runtime.snapshot.gateway
  const held = await http.record.waitFor(readHeldBody(http.request, limits, services.heldBytes))
  try {
    const sender = { caller, dialect, headers, runtime, services }
    const asked = readChatRequest(held.body, sender, { limitOptional: true })
    const nowMs = services.clock.monotonicMs()
    const route = findRoute(
      routedCallOf(asked, { caller, dialect, headers, nowMs }),
      runtime,
      services.random,
    )
    const [target] = byAvailability(route.targets, nowMs).targets
    if (target === undefined) throw noFitTarget(route)
    const { record } = http
    record.model = asked.model
    record.route = route.label
    const counted = { dialect, http, record, request: asked, route, runtime, services }
    const isGuarded = runtime.snapshot.guardrailPolicies.length > 0
    const count = isGuarded
      ? undefined
      : await record.waitFor(
          countTokens(target, counted, Math.min(timeoutMs, limits.requestTimeoutMs)).catch(
            unlessWrong,
          ),
        )
    return numberOrUndefined(count?.['input_tokens']) === undefined
      ? { input_tokens: await countHere(asked.fields(), target, request), estimated: true }
      : { ...count }
  } finally {
    held.reservation.release()
  }
}

/** A mistake in the request is the caller's to know; any other failure leaves it to an estimate. */
function unlessWrong(error: unknown): undefined {
  if (!(error instanceof UpstreamFailure)) throw error
  if (error.failure === 'InvalidRequest') throw error.error
  return undefined
}

async function countHere(
  fields: object,
  { model, provider }: CallTarget,
  { dialect, runtime, services }: SurfaceRequest,
): Promise<number> {
  const { items, tools } = chatFormatOf(dialect).decodeInput({ ...fields })
  const counted = { model, provider: provider.key, items, tools }
  return countInput(counted, services.stores, runtime)
}
