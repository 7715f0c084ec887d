import type { Clock } from '@fairlead/base'
import type { AppendOutcome } from '../stores/turn-store.ts'
import type { Turn } from '../turns/turn.ts'

/** Further ends are forgotten, and their turns end as abandoned. */
const maxUnstored = 10_000

/** The turns that this process is running, and the calls that wait for them. */
export class RunningTurns {
  readonly #clock: Clock
  readonly #running = new Set<string>()
  /** Ends that could not be stored, by turn id. At most one per conversation, and `maxUnstored`. */
  readonly #unstored = new Map<string, Turn>()
  readonly #waiting = new Map<string, Set<() => void>>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  add(tenant: string, turn: Turn): void {
    this.#running.add(turn.id)
    this.#wake(tenant, turn)
  }

  has(turn: Turn): boolean {
    return this.#running.has(turn.id)
  }

  end(tenant: string, turn: Turn): void {
    this.#running.delete(turn.id)
    this.#unstored.delete(turn.id)
    this.#wake(tenant, turn)
  }

  /** Keeps an end that could not be stored until the conversation is used again. */
  endLater(tenant: string, turn: Turn): void {
    if (this.#unstored.size < maxUnstored) this.#unstored.set(turn.id, turn)
    this.#running.delete(turn.id)
    this.#wake(tenant, turn)
  }

  /** A turn of another process has ended. */
  endedElsewhere(tenant: string, conversation: string): void {
    this.#wake(tenant, { conversation })
  }

  unstoredEnd(turn: Turn): Turn | undefined {
    return this.#unstored.get(turn.id)
  }

  /**
   * Cancels a turn that was stored after its deadline: its caller was told that it was not, and it
   * must not keep the conversation locked.
   */
  dropWhenStored(
    tenant: string,
    turn: Turn,
    append: Promise<AppendOutcome>,
    finish: (ended: Turn) => Promise<unknown>,
  ): void {
    const ended: Turn = { ...turn, status: 'cancelled', completed_at: turn.created_at }
    append
      .then((outcome) => (outcome === 'stored' ? finish(ended) : undefined))
      .then(
        () => this.#wake(tenant, turn),
        () => this.endLater(tenant, ended),
      )
  }

  /** Resolves when a turn of the conversation is known to start or end, or after `waitMs`. */
  async waitForEnd(
    tenant: string,
    conversation: string,
    waitMs: number,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    signal?.throwIfAborted()
    const key = JSON.stringify([tenant, conversation])
    const { promise, resolve } = Promise.withResolvers<void>()
    const waiting = this.#waiting.get(key) ?? new Set()
    this.#waiting.set(key, waiting.add(resolve))
    const timer = this.#clock.setTimer(waitMs, resolve)
    const onAbort = () => resolve()
    signal?.addEventListener('abort', onAbort, { once: true })
    try {
      await promise
    } finally {
      timer.cancel()
      signal?.removeEventListener('abort', onAbort)
      waiting.delete(resolve)
      if (waiting.size === 0) this.#waiting.delete(key)
    }
  }

  #wake(tenant: string, turn: Pick<Turn, 'conversation'>): void {
    const waiting = this.#waiting.get(JSON.stringify([tenant, turn.conversation]))
    for (const resolve of waiting ?? []) resolve()
  }
}
