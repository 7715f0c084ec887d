import type { Clock, Timer } from '@fairlead/base'

/** How many items are worked on at the same time. */
const workersMax = 20
const retryMinMs = 1_000
const retryMaxMs = 5 * 60_000

/**
 * Items that are worked on in a later turn of the event loop, each at most once at a time. What fails
 * is tried again, after one second and then ever later.
 */
export class WorkQueue {
  readonly #clock: Clock
  readonly #work: (item: string) => Promise<void>
  readonly #pending = new Set<string>()
  readonly #active = new Set<string>()
  readonly #retries = new Map<string, { readonly delayMs: number; timer: Timer | undefined }>()
  #scheduled: NodeJS.Immediate | undefined
  #stopped = false

  constructor(clock: Clock, work: (item: string) => Promise<void>) {
    this.#clock = clock
    this.#work = work
  }

  add(item: string): void {
    if (this.#stopped) return
    this.#pending.add(item)
    this.#schedule()
  }

  stop(): void {
    this.#stopped = true
    this.#pending.clear()
    if (this.#scheduled !== undefined) clearImmediate(this.#scheduled)
    for (const { timer } of this.#retries.values()) timer?.cancel()
    this.#retries.clear()
  }

  #schedule(): void {
    if (this.#stopped) return
    this.#scheduled ??= setImmediate(() => {
      this.#scheduled = undefined
      this.#start()
    })
  }

  #start(): void {
    for (const item of this.#pending) {
      if (this.#active.size >= workersMax) return
      if (this.#active.has(item)) continue
      this.#pending.delete(item)
      this.#active.add(item)
      void this.#run(item)
    }
  }

  async #run(item: string): Promise<void> {
    try {
      await this.#work(item)
      this.#forget(item)
    } catch {
      this.#retryLater(item)
    } finally {
      this.#active.delete(item)
      if (this.#pending.size > 0) this.#schedule()
    }
  }

  #forget(item: string): void {
    this.#retries.get(item)?.timer?.cancel()
    this.#retries.delete(item)
  }

  #retryLater(item: string): void {
    if (this.#stopped) return
    const before = this.#retries.get(item)
    before?.timer?.cancel()
    const delayMs = before === undefined ? retryMinMs : Math.min(before.delayMs * 2, retryMaxMs)
    const timer = this.#clock.setTimer(delayMs, () => this.add(item))
    this.#retries.set(item, { delayMs, timer })
  }
}
