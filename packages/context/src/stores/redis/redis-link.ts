import { type Clock, type Logger, openScope, redisAddressOf, untilAborted } from '@fairlead/base'
import type { RedisScript } from './redis-script.ts'
import { RedisSession } from './redis-session.ts'
import { redisTrouble, RedisUnavailable } from './redis-trouble.ts'

interface RedisLinkOptions {
  /** A secret. */
  readonly url: string
  readonly ca: string | undefined
  readonly clock: Pick<Clock, 'setTimer'>
  readonly logger: Pick<Logger, 'warn'>
  /** How long an operation waits. */
  readonly deadlineMs: number
  readonly scripts: readonly RedisScript[]
  readonly channel: string
  readonly heard: (message: string) => void
}

const retryMsMin = 50
const retryMsMax = 2000

/** The connection to a server, made again when it ends. */
export class RedisLink {
  readonly #options: RedisLinkOptions
  readonly #attached = new Set<(session: RedisSession) => void>()
  /** What nobody waits for. */
  readonly #detached = new Set<Promise<unknown>>()
  #session: RedisSession | undefined
  #problem = new RedisUnavailable('it is not connected')
  /** Who waits for the connection that is being made. */
  #expected: Promise<RedisSession> | undefined
  #isClosed = false
  #wake: () => void = () => {}

  constructor(options: RedisLinkOptions) {
    this.#options = options
  }

  /** Connects. Rejects with `RedisUnavailable` where that cannot be done. */
  async open(): Promise<void> {
    await this.#connect()
    void this.#keepConnected()
  }

  /** Calls the listener with each connection that is made, before it is used. */
  onAttach(attached: (session: RedisSession) => void): void {
    this.#attached.add(attached)
  }

  /**
   * The connection; while it is made anew, waits for it, and fails at once while that cannot be done.
   * Rejects with `RedisUnavailable`.
   */
  async session(): Promise<RedisSession> {
    if (this.#session?.isOpen === true) return this.#session
    if (this.#expected !== undefined) return this.#expected
    throw this.#problem
  }

  /** Does something with the connection, within the deadline. Rejects with `RedisUnavailable`. */
  async within<T>(work: (session: RedisSession) => Promise<T>): Promise<T> {
    const { clock, deadlineMs } = this.#options
    using scope = openScope({ clock, timeoutMs: deadlineMs, what: 'Redis' })
    try {
      return await untilAborted(this.session().then(work), scope.signal)
    } catch (error) {
      if (scope.signal.aborted) throw redisTrouble(error, deadlineMs)
      throw error
    }
  }

  /** Does what is repaired later if it is left out. */
  detach(work: (session: RedisSession) => Promise<unknown>): void {
    const ended = this.within(work).catch(() => {})
    this.#detached.add(ended)
    void ended.then(() => this.#detached.delete(ended))
  }

  /** Resolves when what was detached until now is done, or left out. */
  async settled(): Promise<void> {
    await Promise.all(this.#detached)
  }

  async close(): Promise<void> {
    await Promise.all(this.#detached)
    this.#isClosed = true
    this.#problem = new RedisUnavailable('it was closed')
    this.#session?.close()
    this.#wake()
  }

  async #keepConnected(): Promise<void> {
    let failures = 0
    while (!this.#isClosed) {
      if (this.#session !== undefined) {
        this.#problem = await this.#session.ended
        this.#session = undefined
        if (this.#isClosed) return
      }
      try {
        await this.#connect()
        failures = 0
      } catch {
        failures += 1
        await this.#pause(Math.min(retryMsMax, retryMsMin * 2 ** Math.min(failures, 10)))
      }
    }
  }

  async #connect(): Promise<void> {
    const connecting = this.#opened()
    this.#expected = connecting
    try {
      const session = await connecting
      if (this.#isClosed) return session.close()
      this.#session = session
      for (const warning of session.warnings) this.#options.logger.warn({}, warning)
    } catch (error) {
      this.#problem = redisTrouble(error, this.#options.deadlineMs)
      throw this.#problem
    } finally {
      this.#expected = undefined
    }
  }

  async #opened(): Promise<RedisSession> {
    const { url, ca, deadlineMs: timeoutMs, scripts, channel, heard } = this.#options
    const address = redisAddressOf(url)
    if (typeof address === 'string') throw new RedisUnavailable(address.replace(/\.$/, ''))
    const session = await RedisSession.open({ address, ca, timeoutMs, scripts, channel, heard })
    for (const attached of this.#attached) attached(session)
    return session
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
