import type { AppendOutcome } from '../stores/turn-store.ts'
import type { Turn } from '../turns/turn.ts'
import type { TurnPlace } from './turn-places.ts'

/** Further ends are forgotten, and their turns end as abandoned. */
const maxUnstored = 10_000

/** The turns that this process is running, each in its place, and ends that it could not store. */
export class RunningTurns {
  /** By turn id. */
  readonly #running = new Map<string, TurnPlace>()
  /** Ends that could not be stored, by turn id. At most one per conversation, and `maxUnstored`. */
  readonly #unstored = new Map<string, Turn>()

  add(turn: Turn, place: TurnPlace): void {
    this.#running.set(turn.id, place)
  }

  has(turn: Turn): boolean {
    return this.#running.has(turn.id)
  }

  /** Its end is stored: the next may begin. */
  end(turn: Turn): void {
    this.#unstored.delete(turn.id)
    this.#leave(turn)
  }

  /** Keeps an end that could not be stored until the conversation is used again. */
  endLater(turn: Turn): void {
    if (this.#unstored.size < maxUnstored) this.#unstored.set(turn.id, turn)
    this.#leave(turn)
  }

  unstoredEnd(turn: Turn): Turn | undefined {
    return this.#unstored.get(turn.id)
  }

  /**
   * Cancels a turn that was stored after its deadline: its caller was told that it was not, and it
   * must not keep the conversation locked.
   */
  dropWhenStored(
    turn: Turn,
    append: Promise<AppendOutcome>,
    finish: (ended: Turn) => Promise<unknown>,
  ): void {
    const ended: Turn = { ...turn, status: 'cancelled', completed_at: turn.created_at }
    append
      .then((outcome) => (outcome === 'stored' ? finish(ended) : undefined))
      .catch(() => this.endLater(ended))
  }

  #leave(turn: Turn): void {
    void this.#running.get(turn.id)?.leave()
    this.#running.delete(turn.id)
  }
}
