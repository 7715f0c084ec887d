import type { Clock } from '@fairlead/base'

/** In microseconds: what stands in the memory before the first deadline, and after the last. */
const notBegun = 0n
const over = 1n

/**
 * Until when something holds: that this process leads, that a thread answers. It can lie in memory
 * that threads share, so that every reader sees the newest state without waiting for a message, but
 * only one of them may write it.
 */
export class SharedDeadline {
  readonly #clock: Pick<Clock, 'monotonicMs'>
  readonly #until: BigInt64Array

  /** The clock must read the same on every thread that shares the memory. */
  constructor(clock: Pick<Clock, 'monotonicMs'>, memory: SharedArrayBuffer = newMemory()) {
    this.#clock = clock
    this.#until = new BigInt64Array(memory)
  }

  /** Sets it to a time of the monotonic clock. */
  extend(untilMs: number): void {
    Atomics.store(this.#until, 0, BigInt(Math.floor(untilMs * 1000)))
  }

  /** It no longer holds. Has no effect if it never did. */
  end(): void {
    if (Atomics.load(this.#until, 0) !== notBegun) Atomics.store(this.#until, 0, over)
  }

  /** How long it still holds, 0 if it no longer does; undefined if it never did. */
  get remainingMs(): number | undefined {
    const until = Atomics.load(this.#until, 0)
    if (until === notBegun) return undefined
    return Math.max(0, Number(until) / 1000 - this.#clock.monotonicMs())
  }
}

/** Memory for one deadline, to share with a thread. */
export function newMemory(): SharedArrayBuffer {
  return new SharedArrayBuffer(BigInt64Array.BYTES_PER_ELEMENT)
}
