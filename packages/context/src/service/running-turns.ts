import type { AppendOutcome } from '../stores/turn-store.ts'
import type { Turn } from '../turns/turn.ts'
import type { EndedTurn } from './open-turn.ts'
import type { TurnPlace } from './turn-places.ts'

/** Further ends are forgotten, and their turns end as abandoned. */
const maxUnstored = 10_000

/** The turns that this process is running, each in its place, and ends that it could not store. */
export class RunningTurns {
  /** By turn id. */
  readonly #running = new Map<string, TurnPlace>()
  readonly #conversations = new Set<string>()
  /** Ends that could not be stored, by turn id. At most one per conversation, and `maxUnstored`. */
  readonly #unstored = new Map<string, EndedTurn>()

  add(turn: Turn, place: TurnPlace): void {
    this.#running.set(turn.id, place)
    this.#conversations.add(turn.conversation)
  }

  has(turn: Turn): boolean {
    return this.#running.has(turn.id)
  }

  /** Whether it runs a turn in a conversation of the name, of whatever tenant. */
  hasOneIn(conversation: string): boolean {
    return this.#conversations.has(conversation)
  }

  /** Its end is about to be stored: the next may begin, which looks again while it is not. */
  leavePlace(turn: Turn): void {
    void this.#running.get(turn.id)?.leave()
  }

  /** Its end is stored. */
  end(turn: Turn): void {
    this.#unstored.delete(turn.id)
    this.#forget(turn)
  }

  /** Keeps an end that could not be stored until the conversation is used again. */
  endLater(ended: EndedTurn): void {
    const { turn } = ended
    if (this.#unstored.size < maxUnstored) this.#unstored.set(turn.id, ended)
    this.#forget(turn)
  }

  unstoredEnd(turn: Turn): EndedTurn | undefined {
    return this.#unstored.get(turn.id)
  }

  /**
   * Cancels a turn that was stored after its deadline: its caller was told that it was not, and it
   * must not keep the conversation locked.
   */
  dropWhenStored(
    turn: Turn,
    append: Promise<AppendOutcome>,
    finish: (ended: EndedTurn) => Promise<unknown>,
  ): void {
    const cancelled: Turn = { ...turn, status: 'cancelled', completed_at: turn.created_at }
    const ended = { turn: cancelled }
    append
      .then((outcome) => (outcome === 'stored' ? finish(ended) : undefined))
      .catch(() => this.endLater(ended))
  }

  #forget(turn: Turn): void {
    this.leavePlace(turn)
    this.#running.delete(turn.id)
    this.#conversations.delete(turn.conversation)
  }
}
