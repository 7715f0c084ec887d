import type { ConcurrencyMode, YieldCause } from './turn-queue.ts'

/**
 * Who may run a turn: one call at a time in each conversation, wherever it runs. The places of all
 * processes that use a store are given by one of them.
 */
export interface TurnPlaces {
  /** Asks for the place. Rejects when those who give it are not available. */
  enter(call: PlaceRequest): Promise<TurnPlace>
  /** Somebody else listens to a turn that runs; returns how they leave. */
  follow(tenant: string, conversation: string, turn: string): () => void
  /**
   * Ends what runs in the conversation, if it is this turn or none is named. Resolves when it has
   * left its place, in no more than 2 s: then its place was taken from it.
   */
  cancel(tenant: string, conversation: string, turn: string | undefined): Promise<void>
}

export interface PlaceRequest {
  readonly tenant: string
  readonly conversation: string
  /** Size of what is held while it waits. */
  readonly bytes: number
  readonly mode: ConcurrencyMode
  /** The call is to end its turn and leave. May be called more than once. */
  giveWay(cause: YieldCause): void
}

/** The place of one call, until it leaves. */
export interface TurnPlace {
  readonly state: 'granted' | 'waiting' | 'refused'
  /** Resolves when the call may run its turn; never for one that is refused. */
  readonly granted: Promise<GrantedPlace>
  /** The turn that runs in it has been stored. */
  began(turn: string): void
  /** Whether its caller has left, so that it gives way to the next unless others follow it. */
  setAbandoned(isAbandoned: boolean): void
  /**
   * Gives the place to the next. Resolves to the seconds after which a call that goes without it
   * should try again. Never rejects.
   */
  leave(): Promise<number>
}

export interface GrantedPlace {
  /** The one before did not end in time: its turn may still be stored as running. */
  readonly evicted: boolean
}
