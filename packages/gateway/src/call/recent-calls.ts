import type { Usage } from '@fairlead/llm'
import type { CallFields } from './call-fields.ts'
import type { MetLimit } from './met-limits.ts'

/** A call that has ended, as it is kept. */
export interface EndedCall {
  readonly fields: CallFields
  /** Whose it is: a Consumer's identity, which a later one of the same name does not have. */
  readonly tenant: string
  /** Unix milliseconds. */
  readonly endedAtMs: number
  readonly usage: Usage | undefined
}

/** The last calls of known callers, which each caller can look up by their id. */
export interface RecentCalls {
  /** Never waits. What it costs in memory is bounded; the oldest calls are forgotten first. */
  keep(call: EndedCall): void
  /**
   * The JSON of the call with this id, if a caller of this tenant made it; undefined for
   * one that another made, that is forgotten, or that has never been.
   */
  find(requestId: string, tenant: string): Promise<string | undefined>
}

/** One call as text: whose it is, and what is shown of it. */
export interface KeptCall {
  readonly requestId: string
  readonly tenant: string
  /** What `GET /v1/requests/{id}` answers. */
  readonly json: string
}

/** A call in the form in which it is kept and shown. */
export function keptCall({ fields, endedAtMs, tenant, usage }: EndedCall): KeptCall {
  const { requestId } = fields
  const shown = {
    id: requestId,
    object: 'request',
    started_at: new Date(endedAtMs - fields.durationMs).toISOString(),
    ended_at: new Date(endedAtMs).toISOString(),
    duration_ms: fields.durationMs,
    first_byte_ms: fields.firstByteMs ?? null,
    overhead_ms: fields.overheadMs,
    method: fields.method,
    path: fields.path,
    status: fields.status,
    outcome: outcomeOf(fields),
    error: fields.error ?? null,
    stream: fields.stream,
    model: fields.model,
    route: fields.route,
    target: fields.target ?? null,
    provider: fields.provider ?? null,
    provider_type: fields.providerType ?? null,
    upstream_model: fields.upstreamModel ?? null,
    prompt: fields.prompt ?? null,
    prompt_version: fields.promptVersion ?? null,
    conversation: fields.conversation ?? null,
    trace_id: fields.traceId ?? null,
    attempts: fields.attempts,
    adapted: fields.adapted ?? null,
    passed_over: fields.passedOver?.filter(({ hidden }) => hidden !== true) ?? [],
    limits: (fields.limits ?? []).map(presentLimit),
    shadow_refusals: fields.shadowRefusals ?? [],
    queued_ms: fields.queuedMs ?? null,
    routed_instead_of: fields.routedInsteadOf ?? null,
    usage: usage === undefined ? null : presentUsage(usage),
    cost_usd: fields.costUsd ?? null,
    price_state: fields.priceState ?? null,
  }
  return { requestId, tenant, json: JSON.stringify(shown) }
}

/** `answered`, or why not: `refused` is the caller's matter, `abandoned` too, `failed` is ours. */
function outcomeOf({ error, status }: CallFields): string {
  if (error === undefined) return 'answered'
  if (status === 499) return 'abandoned'
  return status >= 400 && status < 500 ? 'refused' : 'failed'
}

function presentLimit({ retryAfterMs, ...limit }: MetLimit): object {
  return { ...limit, retry_after_ms: retryAfterMs ?? null }
}

function presentUsage(usage: Usage): object {
  return {
    input_tokens: usage.inputTokens,
    cached_tokens: usage.cachedInputTokens,
    output_tokens: usage.outputTokens,
    reasoning_tokens: usage.reasoningTokens,
    ...(usage.estimated === true ? { estimated: true } : {}),
  }
}
