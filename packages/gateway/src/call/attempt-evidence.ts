import type { AttemptOutcome, AttemptRecord } from './attempt-record.ts'

/** One attempt, as the log line, `x-fairlead-attempt-log` and `GET /v1/requests/{id}` show it. */
export interface AttemptEvidence {
  readonly target: string
  /** `namespace/name` of the LLMProvider. */
  readonly provider: string
  /** The model requested from the provider. */
  readonly model: string
  /** Name of the credential in the LLMProvider. */
  readonly credential: string | undefined
  readonly outcome: AttemptOutcome
  /** HTTP status of the provider's response. */
  readonly status: number | undefined
  /** The provider's own id of the call, which its support asks for. */
  readonly id: string | undefined
  /** Milliseconds until the outcome was known. */
  readonly ms: number
  readonly reason: string | undefined
}

/** What an attempt shows of itself. */
export function attemptEvidence(attempt: AttemptRecord): AttemptEvidence {
  const { target, provider, model, credential, outcome, status, durationMs, reason } = attempt
  const id = attempt.providerRequestId
  const ms = Math.round(durationMs * 1000) / 1000
  return { target, provider, model, credential, outcome, status, id, ms, reason }
}
