import type { ConcurrencyMode, YieldCause } from '../service/turn-queue.ts'
import type { TurnStore } from '../stores/turn-store.ts'

/** What a client asks of the owner of the stores, in the order of the calls. */
export interface StoreRequest {
  /** Unique within the client. */
  readonly id: number
  /** The number that `open` answered; 0 for `open` itself and for `count`, which need no store. */
  readonly store: number
  readonly operation: StoreOperation
  /** JSON of the list of arguments. */
  readonly body: string
}

export type StoreOperation =
  | 'open'
  | 'count'
  | TurnOperation
  | ResponseOperation
  | AnswerOperation
  | RecordOperation
  | FactorOperation
  | CountingOperation
  | PlaceOperation

/** Those of a TurnStore. */
export type TurnOperation = Exclude<keyof TurnStore, 'type' | 'close'>

/** Those of a ResponseStore, and `response-cancel`: whoever runs the response is to end it. */
export type ResponseOperation =
  | 'response-add'
  | 'response-load'
  | 'response-chain'
  | 'response-flush'
  | 'response-finish'
  | 'response-frames'
  | 'response-with-item'
  | 'response-remove'
  | 'response-recover'
  | 'response-expire'
  | 'response-cancel'

/** A client says that it begins and ends counting the figures of a plan. */
type CountingOperation = 'counting-plan' | 'counted-plan'

export type FactorOperation = 'factor-list' | 'factor-observe'

/** Those of a RecordStore. */
export type RecordOperation =
  | 'record-load'
  | 'record-put'
  | 'record-list'
  | 'record-scan'
  | 'record-remove'
  | 'record-remove-owner'
  | 'record-expire'

/** Those of an AnswerStore. */
export type AnswerOperation =
  | 'answer-begin'
  | 'answer-load'
  | 'answer-flush'
  | 'answer-complete'
  | 'answer-drop'
  | 'answer-recover'
  | 'answer-expire'
/** Those of TurnPlaces. A place is named by the number that its client has given it. */
export type PlaceOperation =
  'place-enter' | 'place-leave' | 'place-abandoned' | 'place-follow' | 'place-cancel'

/** The arguments of `place-enter`, after the number of the place. */
export interface EnteringCall {
  readonly tenant: string
  readonly conversation: string
  readonly bytes: number
  readonly mode: ConcurrencyMode
}

/** Either `body` or `error`. */
export interface StoreAnswer {
  readonly id: number
  /** JSON of the result; undefined for one that is undefined. */
  readonly body?: string
  /** Why the store is not available. */
  readonly error?: string
}

/** Another client's turn has ended. */
export interface ForeignTurnEnd {
  readonly store: number
  readonly tenant: string
  readonly conversation: string
}

/** What happens to a place of this client. */
export interface PlaceNews {
  readonly store: number
  readonly place: number
  /** It has been granted, perhaps by eviction of the one before it; or why it is to be left. */
  readonly event: 'granted' | 'granted-evicted' | YieldCause
}

/** A response that this client runs is to end. */
export interface ResponseCancel {
  readonly store: number
  readonly tenant: string
  readonly id: string
}

/** What the owner tells a client. */
export interface StoreNews {
  readonly answers: readonly StoreAnswer[]
  /** Ends of turns that this client found running. */
  readonly ends: readonly ForeignTurnEnd[]
  readonly cancels: readonly ResponseCancel[]
  readonly places: readonly PlaceNews[]
}

/** The result of `open`. */
export interface OpenedStore {
  readonly store: number
  /** As in `TurnStore.type`. */
  readonly type: string
}
