import type { JsonObject } from '@fairlead/base'
import type { TurnAnswerer } from '../turns/turn.ts'

export type ResponseStatus =
  'queued' | 'in_progress' | 'completed' | 'incomplete' | 'failed' | 'cancelled'

/**
 * One answer that its caller may ask for again and continue from, as OpenAI's Responses API keeps
 * them: a record of its own, not a turn of a conversation. Items are those of that API's wire, so
 * that what was told once is told the same again.
 */
export interface KeptResponse {
  /** `resp_` + ULID. */
  readonly id: string
  /** `namespace/name` of the Consumer, or empty for anonymous callers. */
  readonly tenant: string
  /** The response that this one continues. */
  readonly previous: string | null
  readonly conversation: string | null
  readonly status: ResponseStatus
  /** Whether it runs on when its caller leaves. */
  readonly background: boolean
  /** The response as its API shows it, without `output` and what stands beside it here. */
  readonly body: JsonObject
  /** The items of this call only, each with an id. */
  readonly input: readonly JsonObject[]
  readonly output: readonly JsonObject[]
  readonly error: ResponseError | null
  /** Who answered; null until somebody has. Decides where the seals of its output may be sent. */
  readonly answered_by: TurnAnswerer | null
  /** Unix seconds. */
  readonly created_at: number
  /** Unix seconds; null until it has ended. */
  readonly completed_at: number | null
}

export interface ResponseError {
  readonly code: string
  readonly message: string
}

/** Whether nothing more is added to it. */
export function hasEnded(status: ResponseStatus): boolean {
  return status !== 'queued' && status !== 'in_progress'
}
