import type { Clock } from '@fairlead/base'
import type { ContextStore } from '../stores/context-store.ts'
import type { Turn } from '../turns/turn.ts'
import type { SharedPlaces } from './shared-places.ts'

/** How long the end of a turn may take to arrive after its place was left. */
const orphanedAfterMs = 2000

/** The most turns that are watched; others are found when they are looked at again. */
const seenMax = 10_000

interface OrphanedTurnsOptions {
  readonly store: ContextStore
  readonly clock: Pick<Clock, 'now' | 'monotonicMs'>
  readonly shared: SharedPlaces
  /** Ends what ran in members that are dead. */
  readonly sweep: () => Promise<void>
}

/**
 * Turns that are stored as running although nobody runs them: this replica has the place of their
 * conversation, and runs another turn in it or none. Their replica is dead, or could not store their end.
 */
export class OrphanedTurns {
  readonly #options: OrphanedTurnsOptions
  /** Since when, by id. */
  readonly #seen = new Map<string, number>()

  constructor(options: OrphanedTurnsOptions) {
    this.#options = options
  }

  /** A turn is stored as running, which may be fine. Rejects as the store does. */
  async found(tenant: string, turn: Turn): Promise<void> {
    const { store, clock, shared, sweep } = this.#options
    const { conversation } = turn
    const isOurs = shared.turnOf(tenant, conversation) === turn.id
    if (isOurs || !shared.hasPlace(tenant, conversation)) return
    const sinceMs = this.#seen.get(turn.id)
    if (sinceMs === undefined) {
      this.#remember(turn.id)
      await sweep()
      return
    }
    if (clock.monotonicMs() - sinceMs < orphanedAfterMs) {
      await sweep()
      return
    }
    this.#seen.delete(turn.id)
    const completed_at = Math.floor(clock.now() / 1000)
    await store.finish(tenant, { turn: { ...turn, status: 'incomplete', completed_at } })
  }

  #remember(id: string): void {
    const [oldest = ''] = this.#seen.keys()
    if (this.#seen.size >= seenMax) this.#seen.delete(oldest)
    this.#seen.set(id, this.#options.clock.monotonicMs())
  }
}
