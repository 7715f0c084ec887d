import type { JsonObject } from '@fairlead/base'
import type { TurnAnswerer } from '../turns/turn.ts'
import type { KeptResponse, ResponseError, ResponseStatus } from './kept-response.ts'

/**
 * Where responses are kept. Every store passes the suite in
 * `test-support/response-store-contract.ts`.
 *
 * Guarantees
 * - Tenants are isolated: a response of another tenant does not exist.
 * - A response ends once; what has ended is not changed.
 * - What a resolved promise acknowledged survives the end of the process (except in Memory).
 * - Expired and removed responses are deleted with their frames, not hidden. A running one does not
 *   expire.
 * - A response is deleted with its conversation, whatever deletes that, and even while it runs.
 * - Number and bytes are bounded: beyond a store's bounds the oldest that have ended are deleted.
 *
 * Errors: as of `TurnStore`.
 */
export interface ResponseStore {
  /**
   * Stores a new response. False for one of a conversation that is gone, of which nothing is stored.
   * Rejects if there is one with its id.
   */
  add(response: KeptResponse): Promise<boolean>
  load(tenant: string, id: string): Promise<KeptResponse | undefined>
  /** The response and those that it continues. */
  chain(tenant: string, id: string, bounds: ChainBounds): Promise<ResponseChain>
  /** Writes what running responses have so far; one that has ended or is gone is skipped. */
  flush(progress: readonly ResponseProgress[]): Promise<void>
  finish(end: ResponseEnd): Promise<ResponseFinish>
  /**
   * Frames of its stream from number `from`, as many as fit into `bytesMax` and one at least;
   * undefined if there is no such response.
   */
  frames(
    tenant: string,
    id: string,
    from: number,
    bytesMax: number,
  ): Promise<ResponseFrames | undefined>
  /** The newest response with an item of this id in its output. */
  responseWithItem(tenant: string, itemId: string): Promise<string | undefined>
  /** Whether the response existed. */
  remove(tenant: string, id: string): Promise<boolean>
  /**
   * Ends the running responses that no living member of the store runs as `failed`, keeping what was
   * flushed; all of them in a store without members. Returns how many.
   */
  recover(error: ResponseError, completedAt: number): Promise<number>
  /** Deletes expired responses, at most `expireBatch` per call. Returns how many. */
  expire(): Promise<number>
}

export interface ChainBounds {
  readonly responsesMax: number
  /** Of the JSON of all input and output. */
  readonly bytesMax: number
}

export type ResponseChain =
  /** Oldest first. */
  | { readonly outcome: 'found'; readonly responses: readonly KeptResponse[] }
  | { readonly outcome: 'missing'; readonly id: string }
  /** It exceeds a bound. */
  | { readonly outcome: 'too-long' }

/** What a running response has so far, and the frames of its stream that were not written yet. */
export interface ResponseProgress extends ResponseStreamPart {
  /** Undefined leaves what was written before. */
  readonly output: readonly JsonObject[] | undefined
}

export interface ResponseEnd extends ResponseStreamPart {
  readonly status: Exclude<ResponseStatus, 'queued' | 'in_progress'>
  readonly body: JsonObject
  readonly output: readonly JsonObject[]
  readonly error: ResponseError | null
  readonly answeredBy: TurnAnswerer | null
  /** Unix seconds. */
  readonly completedAt: number
}

interface ResponseStreamPart {
  readonly tenant: string
  readonly id: string
  /** The number of the first of `frames`; frames that are there already are left alone. */
  readonly firstFrame: number
  readonly frames: readonly string[]
}

/** `ended`: the response had already ended and is left unchanged. */
export type ResponseFinish = 'stored' | 'ended' | 'missing'

export interface ResponseFrames {
  readonly frames: readonly string[]
  readonly status: ResponseStatus
  /** How many frames there are by now. */
  readonly count: number
}

/** Beyond a bound the oldest responses that have ended are deleted. */
export interface ResponseBounds {
  readonly responsesMax: number
  /** Of JSON and frames. */
  readonly bytesMax: number
}

/** How long responses are kept where the ConversationStore does not say: as OpenAI keeps them. */
export const defaultResponseTtlMs = 30 * 24 * 3_600_000
