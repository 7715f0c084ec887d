import type { CallRecord } from './call-record.ts'

/** A request that the gateway has refused for who asked, or for how much was asked. */
export interface RefusedRequest {
  /** Unix milliseconds. */
  readonly atMs: number
  readonly requestId: string
  readonly status: number
  readonly code: string
  /** `namespace/name`; empty for a caller that is not known. */
  readonly consumer: string
  readonly endUser: string | undefined
  /** Name of the API key, not the key. */
  readonly keyName: string | undefined
  /** IP address of the connection; undefined if it was gone. */
  readonly address: string | undefined
  readonly method: string
  readonly path: string
  readonly model: string
  readonly route: string
  /** The policy, as `namespace/name`, and after another slash its limit; undefined without one. */
  readonly refusedBy: string | undefined
}

/** Where refusals are told. Never waits, never throws. */
export interface RefusalAudit {
  refused(request: RefusedRequest): void
}

/** What callers write is kept up to this length. */
const textMax = 256

/** What one may not use does not exist for one: refusals of that kind are among these. */
const notFoundCodes: ReadonlySet<string> = new Set([
  'model_not_found',
  'prompt_not_found',
  'persona_not_found',
  'strategy_not_found',
])

/**
 * The refusal that a record tells of; undefined if its request was not refused, or by a provider:
 * then one was asked.
 */
export function refusedRequest(record: CallRecord, nowMs: number): RefusedRequest | undefined {
  const { errorCode: code, status } = record
  if (code === undefined || record.attempts.length > 0) return undefined
  if (!isRefusal(status, code, record)) return undefined
  return {
    atMs: nowMs,
    requestId: record.requestId,
    status,
    code,
    consumer: record.consumer,
    endUser: record.endUser?.slice(0, textMax),
    keyName: record.keyName,
    address: record.callerAddress,
    method: record.method.slice(0, textMax),
    path: record.path.slice(0, textMax),
    model: record.model.slice(0, textMax),
    route: record.route,
    refusedBy: record.limits?.refused[0]?.limit ?? record.accessPolicy ?? rejectingGuard(record),
  }
}

/** As a limit is named: the policy, and after another slash its guard. */
function rejectingGuard({ guardrails }: CallRecord): string | undefined {
  const rejecting = guardrails.find(({ action }) => action === 'Reject')
  return rejecting && `${rejecting.policy}/${rejecting.guard}`
}

function isRefusal(status: number, code: string, { accessPolicy }: CallRecord): boolean {
  if (status === 401 || status === 403 || status === 429) return true
  if (code === 'content_rejected') return true
  return status === 404 && (accessPolicy !== undefined || notFoundCodes.has(code))
}
