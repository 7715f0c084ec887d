import type { Clock } from '@fairlead/base'
import type { LimitClaim } from './claims.ts'
import type { PreparedPolicy } from './prepared-policy.ts'
import { UsageQueue, type WaitingCall } from './usage-queue.ts'

/** The queues of all policies whose calls wait, in this process. */
export class UsageQueues<Admission> {
  readonly #clock: Clock
  readonly #byPolicy = new Map<string, UsageQueue<Admission>>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Calls that wait now. */
  get length(): number {
    let sum = 0
    for (const queue of this.#byPolicy.values()) sum += queue.length
    return sum
  }

  /** The policy in whose queue others wait already; undefined if there is none. */
  busy(claims: readonly LimitClaim[]): PreparedPolicy | undefined {
    if (this.#byPolicy.size === 0) return undefined
    return claims.find(
      ({ policy }) => policy.onExceeded.action === 'Queue' && this.#byPolicy.has(policy.key),
    )?.policy
  }

  isFull({ key, onExceeded }: PreparedPolicy): boolean {
    const waiting = this.#byPolicy.get(key)?.length ?? 0
    return onExceeded.action === 'Queue' && waiting >= onExceeded.maxLength
  }

  /** See `UsageQueue.wait`. */
  async wait(
    { key, onExceeded }: PreparedPolicy,
    call: Omit<WaitingCall<Admission>, 'maxWaitMs'>,
  ): Promise<Admission | undefined> {
    const maxWaitMs = onExceeded.action === 'Queue' ? onExceeded.maxWaitMs : 0
    const queue = this.#byPolicy.get(key) ?? new UsageQueue<Admission>(this.#clock)
    this.#byPolicy.set(key, queue)
    try {
      return await queue.wait({ ...call, maxWaitMs })
    } finally {
      if (queue.length === 0 && this.#byPolicy.get(key) === queue) this.#byPolicy.delete(key)
    }
  }

  /** Some of these claims were settled, so that there may be room. */
  wake(claims: readonly LimitClaim[]): void {
    if (this.#byPolicy.size === 0) return
    for (const key of new Set(claims.map(({ policy }) => policy.key))) {
      this.#byPolicy.get(key)?.wake()
    }
  }
}
