import type { Clock } from '@fairlead/base'
import type { Turn } from './conversation.ts'
import type { AppendOutcome } from './stores/store.ts'

const maxUnstored = 10_000

/** The turns that this process runs, and who waits for them. */
export class RunningTurns {
  readonly #clock: Clock
  readonly #running = new Set<string>()
  /** Ends that the store did not take. Bounded: one per conversation that cannot go on without it. */
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

  /** The end is kept until the conversation is used again. */
  endLater(tenant: string, turn: Turn): void {
    if (this.#unstored.size < maxUnstored) this.#unstored.set(turn.id, turn)
    this.#running.delete(turn.id)
    this.#wake(tenant, turn)
  }

  unstoredEnd(turn: Turn): Turn | undefined {
    return this.#unstored.get(turn.id)
  }

  /** A turn whose caller was told that it is not stored must not lock the conversation if it was. */
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

  /** Resolves when a turn of the conversation ends here, at the latest after `waitMs`. */
  async waitForEnd(
    tenant: string,
    conversation: string,
    waitMs: number,
    signal: AbortSignal,
  ): Promise<void> {
    signal.throwIfAborted()
    const key = JSON.stringify([tenant, conversation])
    const { promise, resolve } = Promise.withResolvers<void>()
    const waiting = this.#waiting.get(key) ?? new Set()
    this.#waiting.set(key, waiting.add(resolve))
    const timer = this.#clock.setTimer(waitMs, resolve)
    const onAbort = () => resolve()
    signal.addEventListener('abort', onAbort, { once: true })
    try {
      await promise
    } finally {
      timer.cancel()
      signal.removeEventListener('abort', onAbort)
      waiting.delete(resolve)
      if (waiting.size === 0) this.#waiting.delete(key)
    }
  }

  #wake(tenant: string, turn: Turn): void {
    const waiting = this.#waiting.get(JSON.stringify([tenant, turn.conversation]))
    for (const resolve of waiting ?? []) resolve()
  }
}
