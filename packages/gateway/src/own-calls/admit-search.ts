import { abortReason } from '@fairlead/base'
import { openAiEmbeddings } from '@fairlead/llm'
import { Call } from '../call/call.ts'
import { readCallContext } from '../call/call-context.ts'
import { CallRecord } from '../call/call-record.ts'
import { CallRequest } from '../call/call-request.ts'
import type { OwnSearchContext, OwnSearchRequest } from '../call/own-calls.ts'
import { routedCallOf } from '../call/routed-call-of.ts'
import { CallPermits } from '../policies/call-permits.ts'
import type { MatchedRoute } from '../routing/match-route.ts'
import type { OwnCallParts } from './make-own-call.ts'
import { ownExchange } from './own-exchange.ts'

/** What a search is to policies: a call that no model answers. */
const noRoute: MatchedRoute = {
  label: '',
  route: undefined,
  targets: [],
  unfit: [],
  stickyKey: undefined,
  retry: { attempts: 0, conditions: [] },
  timeouts: undefined,
  access: undefined,
  denied: [],
  mirror: undefined,
}

/** Searches once the caller's limits have admitted it. Rejects as the search does, or with a refusal. */
export async function admitSearch<T>(
  { name, text }: OwnSearchRequest,
  on: OwnSearchContext,
  { admissionPolicies, services }: OwnCallParts,
  search: () => Promise<T>,
): Promise<T> {
  const { caller, requestId, runtime, signal, timeoutMs } = on
  const record = new CallRecord(requestId, services.clock)
  const call = new Call(ownExchange(record), openAiEmbeddings, runtime, services, { timeoutMs })
  const permits = new CallPermits()
  const stop = () => call.lifetime.cancel(abortReason(signal))
  signal.addEventListener('abort', stop, { once: true })
  try {
    call.caller = caller
    const fields = { model: name, input: text }
    call.request = new CallRequest({
      body: Buffer.from(JSON.stringify(fields)),
      fields,
      sent: openAiEmbeddings.passage.inspect(fields),
      context: readCallContext(call.http.request.headers, undefined),
      rendered: undefined,
      defaultModel: undefined,
    })
    const { headers } = call.http.request
    const nowMs = services.clock.monotonicMs()
    const { dialect } = call
    call.routed = routedCallOf(call.request, { caller: call.caller, headers, dialect, nowMs })
    call.route = noRoute
    record.noteCaller(call.caller)
    await permits.enter(admissionPolicies, call)
    const found = await search()
    record.status = 200
    return found
  } finally {
    signal.removeEventListener('abort', stop)
    permits.settle(record, services.logger)
    call.end()
  }
}
