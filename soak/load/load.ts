import { setTimeout as pause } from 'node:timers/promises'
import type { CallSite, SoakCall } from '../calls/soak-call.ts'
import { CallCounts } from './call-counts.ts'

/** What the load consists of. */
interface LoadOptions {
  readonly site: CallSite
  readonly calls: readonly SoakCall[]
  readonly callsPerSecond: number
}

/** A call that takes longer hangs: the longest, a slow reader's, takes a tenth of it. */
const callMsMax = 60_000
/** With so many under way, the machine is slower than the rate; no more are started. */
const runningMax = 300

/** Makes calls of all kinds at a fixed rate until it is stopped. */
export class Load {
  readonly counts: CallCounts
  readonly #options: LoadOptions
  readonly #running = new Set<Promise<void>>()
  readonly #totalWeight: number
  readonly #pacing: Promise<void>
  #isStopped = false
  /** Calls that were due while too many were under way. */
  skipped = 0

  constructor(options: LoadOptions) {
    this.#options = options
    this.counts = new CallCounts(options.calls.map(({ name }) => name))
    this.#totalWeight = options.calls.reduce((sum, { weight }) => sum + weight, 0)
    this.#pacing = this.#pace()
  }

  /** Starts no more calls; resolves when those under way have ended. */
  async stop(): Promise<void> {
    this.#isStopped = true
    await this.#pacing
    await Promise.all(this.#running)
  }

  async #pace(): Promise<void> {
    const intervalMs = 1000 / this.#options.callsPerSecond
    let dueMs = performance.now()
    while (!this.#isStopped) {
      for (; dueMs <= performance.now(); dueMs += intervalMs) this.#startCall()
      await pause(Math.max(1, dueMs - performance.now()))
    }
  }

  #startCall(): void {
    if (this.#running.size >= runningMax) {
      this.skipped += 1
      return
    }
    const call = this.#pick()
    const running = this.#run(call).finally(() => this.#running.delete(running))
    this.#running.add(running)
  }

  async #run(call: SoakCall): Promise<void> {
    const late = new AbortController()
    const hangs = pause(callMsMax, undefined, { signal: late.signal }).then(
      () => {
        throw new Error(`hangs: no end after ${callMsMax / 1000} s`)
      },
      () => {},
    )
    try {
      await Promise.race([call.run(this.#options.site), hangs])
      this.counts.add(call.name)
    } catch (error) {
      this.counts.add(call.name, describe(error))
    } finally {
      late.abort()
    }
  }

  #pick(): SoakCall {
    const { calls, site } = this.#options
    let rest = site.random.next() * this.#totalWeight
    for (const call of calls) if ((rest -= call.weight) < 0) return call
    return site.random.pick(calls)
  }
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const { cause } = error
  return cause instanceof Error ? `${error.message}: ${cause.message}` : error.message
}
