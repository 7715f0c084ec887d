import type { OpenAnswer } from '@fairlead/context'
import type { Call } from '../call/call.ts'
import { requestDigest } from '../call/request-digest.ts'

/**
 * Begins the answer of a call with an Idempotency-Key that belongs to no conversation, before its
 * model is asked, and sets `call.answer`; for a call that repeats one, sets `call.earlier` instead.
 * Such a call goes on though its caller leaves, who may send it again. Throws `idempotency_conflict`
 * and `store_unavailable`.
 */
export async function beginAnswer(call: Call): Promise<OpenAnswer | undefined> {
  const { caller, dialect, lifetime, request, runtime, services } = call
  const { conversation, idempotencyKey: key } = request.context
  if (key === undefined || conversation !== undefined) return undefined
  const { answers, responses } = await services.stores.of(runtime)
  const answer = await answers.begin({
    tenant: caller.tenant,
    key,
    digest: requestDigest(request),
    ...(request.kept?.store === true ? { response: responses.newId() } : {}),
  })
  const { createdAt, earlier, id } = answer
  if (earlier !== undefined) {
    request.keepRepeated(dialect.passage)
    call.earlier = { answer: earlier, id, createdAt }
    return undefined
  }
  lifetime.outliveCaller()
  call.answer = answer
  return answer
}
