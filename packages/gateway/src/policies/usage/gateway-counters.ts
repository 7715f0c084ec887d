import type { Clock, Timer } from '@fairlead/base'
import type { StateSettings } from '@fairlead/snapshot'
import type { Counters } from '@fairlead/usage'
import type { Runtime } from '../../runtime/runtime.ts'
import type { PolicyParts } from '../call-policy.ts'

interface Opened {
  readonly state: StateSettings
  readonly counters: Counters
}

/** Calls that are in flight settle at the counters that they were admitted by, a while longer. */
const afterCallsMs = 1000

/** The counters of the configuration's state; opened when they are first needed. */
export class GatewayCounters {
  readonly #open: PolicyParts['openCounters']
  readonly #clock: Clock
  readonly #changed: () => void
  #opened: Opened | undefined
  readonly #closing = new Map<Counters, Timer>()
  /** Why the store does not answer; undefined while it does. */
  problem: string | undefined

  constructor({
    clock,
    openCounters,
    changed,
  }: Pick<PolicyParts, 'changed' | 'clock' | 'openCounters'>) {
    this.#open = openCounters
    this.#clock = clock
    this.#changed = changed
  }

  of({ snapshot: { gateway } }: Pick<Runtime, 'snapshot'>): Counters {
    const { state } = gateway
    const before = this.#opened
    if (before !== undefined && isSame(before.state, state)) return before.counters
    const counters: Counters = this.#open(state, (problem) => {
      if (this.#opened?.counters !== counters || this.problem === problem) return
      this.problem = problem
      this.#changed()
    })
    this.problem = undefined
    this.#opened = { state, counters }
    if (before !== undefined) this.#closeLater(before.counters, gateway.limits.requestTimeoutMs)
    return counters
  }

  /** Undefined before the first call is counted. */
  get current(): Counters | undefined {
    return this.#opened?.counters
  }

  /** Closes all of them. */
  async close(): Promise<void> {
    const all = [...this.#closing.keys()]
    for (const timer of this.#closing.values()) timer.cancel()
    this.#closing.clear()
    if (this.#opened !== undefined) all.push(this.#opened.counters)
    this.#opened = undefined
    await Promise.all(all.map((counters) => counters.close()))
  }

  #closeLater(counters: Counters, callsMs: number): void {
    const timer = this.#clock.setTimer(callsMs + afterCallsMs, () => {
      this.#closing.delete(counters)
      void counters.close()
    })
    this.#closing.set(counters, timer)
  }
}

/** A configuration that is compiled again has settings of its own, which may say the same. */
function isSame(left: StateSettings, right: StateSettings): boolean {
  return left === right || JSON.stringify(left) === JSON.stringify(right)
}
