import type { Clock } from '@fairlead/base'
import { leaseMs } from './borrowing.ts'
import { CounterHolder } from './counter-holder.ts'

/** How long a holder is known that has gone silent: its report may still come, perhaps again. */
const knownMs = 3_600_000
const holdersMax = 10_000

/** All holders, by their last sign of life. */
export class HolderRegister {
  readonly #clock: Pick<Clock, 'monotonicMs'>
  /** Who has been silent for the longest time comes first. */
  readonly #holders = new Map<string, CounterHolder>()
  /** Who has loans, in the same order. */
  readonly #borrowers = new Map<string, CounterHolder>()

  constructor(clock: Pick<Clock, 'monotonicMs'>) {
    this.#clock = clock
  }

  get borrowers(): ReadonlyMap<string, CounterHolder> {
    return this.#borrowers
  }

  find(id: string): CounterHolder | undefined {
    return this.#holders.get(id)
  }

  known(id: string): CounterHolder {
    const known = this.#holders.get(id)
    if (known !== undefined) return known
    const nowMs = this.#clock.monotonicMs()
    for (const [other, { seenMs }] of this.#holders) {
      const isForgotten = seenMs <= nowMs - knownMs || this.#holders.size >= holdersMax
      if (!isForgotten || this.#borrowers.has(other)) break
      this.#holders.delete(other)
    }
    const holder = new CounterHolder(id, nowMs)
    this.#holders.set(id, holder)
    return holder
  }

  /** A holder that gives a sign of life. */
  live(id: string): CounterHolder {
    const holder = this.known(id)
    holder.seenMs = this.#clock.monotonicMs()
    this.#holders.delete(id)
    this.#holders.set(id, holder)
    if (this.#borrowers.delete(id)) this.#borrowers.set(id, holder)
    return holder
  }

  /** It has got something, or given something back. */
  changed(holder: CounterHolder): void {
    if (!holder.hasLoans) this.#borrowers.delete(holder.id)
    else if (!this.#borrowers.has(holder.id)) this.#borrowers.set(holder.id, holder)
  }

  /** Borrowers whose lease has expired. They are borrowers no longer. */
  takeExpired(): readonly CounterHolder[] {
    const silentMs = this.#clock.monotonicMs() - leaseMs
    const expired: CounterHolder[] = []
    for (const holder of this.#borrowers.values()) {
      if (holder.seenMs > silentMs) break
      expired.push(holder)
    }
    for (const { id } of expired) this.#borrowers.delete(id)
    return expired
  }

  forget(id: string): void {
    this.#holders.delete(id)
    this.#borrowers.delete(id)
  }
}
