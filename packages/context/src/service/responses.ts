import type { JsonObject } from '@fairlead/base'
import type { TurnAnswerer } from '../turns/turn.ts'
import type { KeptResponse, ResponseError } from '../stores/kept-response.ts'
import type { ChainBounds, ResponseEnd, ResponseFrames } from '../stores/response-store.ts'

/**
 * The kept responses of one store, as the gateway uses them. Deadlines and errors are those of
 * `Conversations`: an unknown id, and an id of another tenant, is a 404 `response_not_found`.
 */
export interface Responses {
  /** An id of the form `resp_` + ULID. */
  newId(): string
  /** An id for an item, after the prefix of its type. */
  newItemId(prefix: string): string
  /**
   * Stores a response before its model is asked. `cancel` is called when somebody wants it to end,
   * in this process or another; it may be called more than once.
   */
  begin(response: NewResponse, cancel: () => void): Promise<OpenResponse>
  get(tenant: string, id: string): Promise<KeptResponse>
  /**
   * The response that a call continues, and those before it, oldest first. Throws a ModelError 400:
   * `previous_response_not_found`, also where one in between is gone; `response_in_progress`;
   * `previous_responses_too_long`.
   */
  chain(tenant: string, id: string, bounds: ChainBounds): Promise<readonly KeptResponse[]>
  /** The output item of this id, wherever in the tenant's responses; undefined if there is none. */
  outputItem(tenant: string, itemId: string): Promise<OutputItem | undefined>
  /** Frames of its stream from number `from`: a part at a time, and none if it has no more yet. */
  frames(tenant: string, id: string, from: number): Promise<SeenFrames>
  /**
   * Resolves when the response may have more than was seen: at once where it runs in this process,
   * elsewhere after a while. Rejects with the reason of the signal.
   */
  untilMore(response: SeenResponse, signal: AbortSignal): Promise<void>
  /** Deletes a response; one that runs is ended. */
  remove(tenant: string, id: string): Promise<void>
  /**
   * Ends a response that runs, as `cancelled` with what it has, and returns it. One that has ended
   * is returned as it is if it was made in the background; for another, throws a ModelError 400.
   */
  cancel(tenant: string, id: string): Promise<KeptResponse>
}

/** An item of an answer. */
export interface OutputItem {
  readonly item: JsonObject
  /** Its place in the output. */
  readonly index: number
  readonly response: KeptResponse
}

/** Frames, and when they were read. */
export interface SeenFrames extends ResponseFrames {
  /** How often this process had written the response; undefined for one that it does not run. */
  readonly seen: number | undefined
}

export interface SeenResponse extends Pick<SeenFrames, 'seen'> {
  readonly tenant: string
  readonly id: string
}

export type NewResponse = Omit<KeptResponse, 'output' | 'error' | 'answered_by' | 'completed_at'>

/** A response whose model is answering. */
export interface OpenResponse {
  readonly response: KeptResponse
  /**
   * Hands over the output so far (undefined: as before) and the frames since the last time. They
   * are written as fast as the store takes them, so that a cut answer survives a crash. Never
   * blocks and never throws.
   */
  flush(output: readonly JsonObject[] | undefined, frames: readonly string[]): void
  /** Says whose answer has begun. */
  answering(answerer: TurnAnswerer): void
  /** Ends it. Resolves when it is stored: only then may the caller see the end of the answer. */
  finish(end: OpenResponseEnd): Promise<void>
}

export interface OpenResponseEnd extends Pick<ResponseEnd, 'status' | 'body' | 'output'> {
  readonly error: ResponseError | null
  readonly frames: readonly string[]
}
