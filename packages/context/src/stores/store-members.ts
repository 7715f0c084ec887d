import type { JsonObject } from '@fairlead/base'

/** A conversation, whose turns run one at a time. */
export interface ClaimedPlace {
  readonly tenant: string
  readonly conversation: string
}

export type ClaimOutcome =
  | { readonly outcome: 'granted' }
  /** A living member has it: another, or this one for another claim. */
  | { readonly outcome: 'taken'; readonly member: string; readonly claim: string }

/**
 * The processes that have opened one store: how they agree on who runs the turns of a conversation, and
 * what they tell each other. Every store with members passes the suite in
 * `test-support/store-members-contract.ts`.
 *
 * Guarantees
 * - A member is alive from its opening, which another under its name may join, until it is closed, or for `memberLeaseMs` after the store has
 *   heard of it last, by the store's own clock. The store keeps it alive, and brings it back after a
 *   pause.
 * - A place has one claim at a time. Those of a member that is closed or dead are free.
 * - What running turns, responses and answers are stored with is the member that stored them: `recover`
 *   ends those that no living member runs.
 * - Messages of one sender arrive in order, once at most, and not at the sender.
 */
export interface StoreMembers {
  /** This member's name, unique for each opening of the store: `StoreSettings.member`. */
  readonly self: string
  /**
   * Takes the place of a conversation for a claim of this member. Granted again to the claim that has
   * it. Rejects where the store is unavailable: then it may have been granted all the same.
   */
  claim(place: ClaimedPlace, claim: string): Promise<ClaimOutcome>
  /** Frees the place, if this member has it for this claim. */
  release(place: ClaimedPlace, claim: string): Promise<void>
  /**
   * Tells the other members; lost while the store is unavailable. Throws a RangeError for a message
   * whose JSON is larger than 7 KiB: a NOTIFY of PostgreSQL takes 8000 bytes.
   */
  publish(message: JsonObject): void
  /** Calls the listener with what others publish; returns how to stop. */
  subscribe(listener: (message: JsonObject, from: string) => void): () => void
  /**
   * Calls the listener when messages may have been lost, or places taken by others, because this member
   * was cut off and is back: look again at everything that is waited for. Returns how to stop.
   */
  onGap(listener: () => void): () => void
  /**
   * The member goes on in another opening of the store under its name: from now on `close` ends the
   * connection and not the member, which keeps its places and what it runs.
   */
  handOver(): void
}

/** How long a member that the store does not hear of counts as alive. It is heard of three times as often. */
export const memberLeaseMs = 15_000
