import type { ContextModels } from '@fairlead/context'
import type { Call } from '../call/call.ts'

/** For one text, or the vectors of a few, waiting for its turn and retries included. */
const timeoutMs = 90_000

/**
 * The models that a conversation may use beside its answers, for the caller of a call: they are routed
 * as the caller's, and count for it. Serves after the call has ended as well.
 */
export function contextModels({ caller, record, request, runtime, services }: Call): ContextModels {
  const { requestId } = record
  const asked = request.model
  return {
    async text({ model = asked, purpose, signal, ...texts }) {
      const on = { runtime, caller, purpose, requestId, signal, timeoutMs }
      const { model: answered, text, usage } = await services.ownCalls.text({ model, ...texts }, on)
      const { inputTokens, outputTokens } = usage ?? {}
      return {
        text,
        model: answered,
        ...(inputTokens === undefined ? {} : { inputTokens }),
        ...(outputTokens === undefined ? {} : { outputTokens }),
      }
    },
    embedder: (model) =>
      services.ownCalls.embedder(model, {
        runtime,
        caller,
        purpose: 'retrieval',
        requestId,
        timeoutMs,
      }),
  }
}
