import { redisAddressOf, type Clock, type Logger } from '@fairlead/base'
import { CounterStoreUnavailable } from '../../counters/counter.ts'
import type { RedisScript } from './redis-script.ts'
import { RedisSession } from './redis-session.ts'

interface RedisLinkOptions {
  readonly clock: Pick<Clock, 'monotonicMs' | 'setTimer'>
  readonly logger: Pick<Logger, 'warn'>
  /** How long a command waits for its answer. */
  readonly timeoutMs: number
  readonly scripts: readonly RedisScript[]
  /** Told why the server cannot be used, and undefined when it can. */
  readonly onAvailability: (problem: string | undefined) => void
}

/** What has to happen on each new connection before others use it. */
type Attach = (session: RedisSession) => Promise<void>

/** The first connection takes its time, with TLS and a client to load: for so long calls wait for it. */
const firstMsMin = 1000
const retryMsMin = 50
const retryMsMax = 2000

/**
 * The connection to the server that a URL names: made again when it ends, and replaced when the URL
 * changes, the old one serving until the new one does.
 */
export class RedisLink {
  readonly #options: RedisLinkOptions
  readonly #attaches: Attach[] = []
  #url: string | undefined
  #session: RedisSession | undefined
  /** The newest URL that a connection was made to, or tried. */
  #served: string | undefined
  #problem: string | undefined
  /** Who waits for the first connection, or for the moment in which one replaces another. */
  readonly #waiting = new Set<(session: RedisSession | undefined) => void>()
  #isExpected = true
  #isStarted = false
  #isClosed = false
  #wake: () => void = () => {}

  constructor(options: RedisLinkOptions) {
    this.#options = options
  }

  /** Before `use`. */
  onAttach(attach: Attach): void {
    this.#attaches.push(attach)
  }

  /** Connects to where a URL names; undefined while there is none. Called again when it changes. */
  use(url: string | undefined): void {
    if (this.#isStarted && url === this.#url) return
    this.#url = url
    if (this.#isStarted) return this.#wake()
    this.#isStarted = true
    void this.#keepConnected()
  }

  /**
   * The connection. While the first one is made, waits for it, for a second or as long as for a
   * command; later fails at once while there is none. Rejects with `CounterStoreUnavailable`.
   */
  session(): RedisSession | Promise<RedisSession> {
    if (this.#session?.isOpen) return this.#session
    if (!this.#isExpected || this.#isClosed) throw this.#unavailable()
    return new Promise((resolve, reject) => {
      const done = (session: RedisSession | undefined) => {
        timer.cancel()
        this.#waiting.delete(done)
        if (session === undefined) reject(this.#unavailable())
        else resolve(session)
      }
      const waitMs = Math.max(firstMsMin, this.#options.timeoutMs)
      const timer = this.#options.clock.setTimer(waitMs, () => done(undefined))
      this.#waiting.add(done)
    })
  }

  close(): void {
    this.#isClosed = true
    this.#session?.close()
    this.#session = undefined
    this.#settleWaiting(undefined)
    this.#wake()
  }

  #unavailable(): CounterStoreUnavailable {
    return new CounterStoreUnavailable(
      this.#problem ?? 'Redis cannot be used: it is not connected.',
    )
  }

  async #keepConnected(): Promise<void> {
    let failures = 0
    while (!this.#isClosed) {
      const next = await this.#open()
      if (next === undefined) {
        failures++
        await this.#pause(Math.min(retryMsMax, retryMsMin * 2 ** Math.min(failures, 10)))
        continue
      }
      failures = 0
      await this.#serve(next)
    }
  }

  /** A connection that is ready for all, in place of the one there is. */
  async #open(): Promise<RedisSession | undefined> {
    const { clock, timeoutMs, scripts } = this.#options
    const url = this.#url
    this.#served = url
    let next: RedisSession | undefined
    try {
      if (url === undefined)
        throw new CounterStoreUnavailable('Redis cannot be used: its Secret has no URL.')
      const address = redisAddressOf(url)
      if (typeof address === 'string') throw new CounterStoreUnavailable(address)
      next = await RedisSession.open(address, scripts, { clock, timeoutMs })
      await this.#replaceBy(next)
      return next
    } catch (error) {
      next?.close()
      const problem = error instanceof Error ? error.message : String(error)
      if (this.#session?.isOpen) {
        this.#options.logger.warn({}, `${problem} The connection that there is stays in use.`)
        return undefined
      }
      this.#session = undefined
      this.#tell(problem)
      this.#isExpected = false
      this.#settleWaiting(undefined)
      return undefined
    }
  }

  async #replaceBy(next: RedisSession): Promise<void> {
    const old = this.#session
    this.#session = undefined
    this.#isExpected = true
    await old?.idle()
    try {
      for (const attach of this.#attaches) await attach(next)
    } finally {
      // It speaks for nobody any more, even if the new one failed.
      old?.close()
    }
    if (this.#isClosed) throw new CounterStoreUnavailable('Redis cannot be used: it was closed.')
    this.#session = next
    this.#tell(undefined)
    for (const warning of next.warnings) this.#options.logger.warn({}, warning)
    this.#settleWaiting(next)
  }

  /** Until it ends, or another URL is to be used. */
  async #serve(session: RedisSession): Promise<void> {
    const { promise: woken, resolve } = Promise.withResolvers<undefined>()
    this.#wake = () => {
      if (this.#isClosed || this.#url !== this.#served) resolve(undefined)
    }
    this.#wake()
    const reason = await Promise.race([session.ended, woken])
    this.#wake = () => {}
    if (reason === undefined || this.#isClosed) return
    this.#session = undefined
    this.#isExpected = false
    this.#tell(reason.message)
  }

  #tell(problem: string | undefined): void {
    if (problem === this.#problem || this.#isClosed) return
    this.#problem = problem
    this.#options.onAvailability(problem)
  }

  #settleWaiting(session: RedisSession | undefined): void {
    for (const done of this.#waiting) done(session)
  }

  #pause(delayMs: number): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        timer.cancel()
        this.#wake = () => {}
        resolve()
      }
      const timer = this.#options.clock.setTimer(delayMs, done)
      this.#wake = done
    })
  }
}
