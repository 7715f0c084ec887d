import type { Redis } from 'ioredis'
import { type Clock, type RedisAddress, redisClientOptions, type Timer } from '@fairlead/base'
import { CounterStoreUnavailable } from '../../counters/counter.ts'
import type { RedisScript } from './redis-script.ts'
import { unavailable } from './redis-trouble.ts'
import { readServerFacts } from './server-facts.ts'

interface SessionParts {
  readonly clock: Pick<Clock, 'monotonicMs' | 'setTimer'>
  /** How long a command waits for its answer. */
  readonly timeoutMs: number
}

const measureTimeEveryMs = 60_000

/**
 * One connection to a server, from its first command to its end. It is not made again: a command
 * whose answer did not come in time ends it, because the server may still run that command later.
 */
export class RedisSession {
  /** Resolves when it has ended, with the reason. */
  readonly ended: Promise<CounterStoreUnavailable>
  /** What whoever runs the server should know, in sentences. */
  warnings: readonly string[] = []
  readonly #redis: Redis
  readonly #parts: SessionParts
  readonly #end: (reason: CounterStoreUnavailable) => void
  #running = 0
  #idle: (() => void) | undefined
  #open = true
  /** Unix milliseconds of the server, minus our monotonic ones. */
  #serverTimeMs = 0
  #measuring: Timer | undefined

  private constructor(redis: Redis, parts: SessionParts) {
    this.#redis = redis
    this.#parts = parts
    const { promise, resolve } = Promise.withResolvers<CounterStoreUnavailable>()
    this.ended = promise
    this.#end = resolve
    redis.on('error', (error: unknown) => this.#failed(error))
    redis.on('close', () => this.#failed(new Error('Connection is closed.')))
  }

  /** Connects, and loads scripts. Rejects with `CounterStoreUnavailable`. */
  static async open(
    address: RedisAddress,
    scripts: readonly RedisScript[],
    parts: SessionParts,
  ): Promise<RedisSession> {
    const { Redis } = await import('ioredis')
    const session = new RedisSession(new Redis(redisClientOptions(address, parts)), parts)
    try {
      await session.#begin(scripts)
      return session
    } catch (error) {
      session.#failed(error)
      throw await session.ended
    }
  }

  get isOpen(): boolean {
    return this.#open
  }

  /** Runs a script. Rejects with `CounterStoreUnavailable`, after which it may have run or not. */
  async run(
    script: RedisScript,
    keys: readonly string[],
    args: readonly (string | number)[],
  ): Promise<unknown> {
    this.#running++
    try {
      const values = [...keys, ...args]
      try {
        return await this.#redis.evalsha(script.sha, keys.length, ...values)
      } catch (error) {
        if (!(error instanceof Error) || !error.message.startsWith('NOSCRIPT')) throw error
        // Somebody flushed the scripts; this loads it again.
        return await this.#redis.eval(script.source, keys.length, ...values)
      }
    } catch (error) {
      const reason = unavailable(error, this.#parts.timeoutMs)
      this.#failed(reason)
      throw reason
    } finally {
      this.#running--
      if (this.#running === 0) this.#idle?.()
    }
  }

  /** Fields and values of a hash in turns, in pages. Rejects with `CounterStoreUnavailable`. */
  async *hashPages(key: string): AsyncGenerator<readonly string[]> {
    let cursor = '0'
    do {
      const from = cursor
      const [next, page] = await this.#ask(() => this.#redis.hscan(key, from, 'COUNT', 1000))
      yield page
      cursor = next
    } while (cursor !== '0')
  }

  /** Unix milliseconds by the server's clock; does not jump when ours does. */
  nowMs(): number {
    return Math.floor(this.#parts.clock.monotonicMs() + this.#serverTimeMs)
  }

  /** Resolves when no command runs. */
  idle(): Promise<void> {
    if (this.#running === 0) return Promise.resolve()
    return new Promise((resolve) => {
      this.#idle = resolve
    })
  }

  close(): void {
    this.#failed(new CounterStoreUnavailable('Redis cannot be used: the connection was given up.'))
  }

  async #begin(scripts: readonly RedisScript[]): Promise<void> {
    await Promise.race([
      this.#redis.connect(),
      // The reason is known here, and not to the promise of `connect`.
      this.ended.then((reason) => Promise.reject(reason)),
    ])
    await this.#measureTime()
    const info = await this.#redis.info().catch((error: unknown) => {
      if (error instanceof Error && error.message.startsWith('NOPERM')) return ''
      throw error
    })
    const facts = readServerFacts(info)
    if (facts.problem !== undefined) throw new CounterStoreUnavailable(facts.problem)
    this.warnings = facts.warnings
    await Promise.all(scripts.map(({ source }) => this.#redis.script('LOAD', source)))
  }

  async #measureTime(): Promise<void> {
    const { clock } = this.#parts
    const before = clock.monotonicMs()
    const [seconds, microseconds] = await this.#redis.time()
    const middle = (before + clock.monotonicMs()) / 2
    this.#serverTimeMs = Number(seconds) * 1000 + Number(microseconds) / 1000 - middle
    if (!this.#open) return
    this.#measuring = clock.setTimer(measureTimeEveryMs, () => {
      this.#measureTime().catch((error: unknown) => this.#failed(error))
    })
  }

  async #ask<T>(ask: () => Promise<T>): Promise<T> {
    try {
      return await ask()
    } catch (error) {
      const reason = unavailable(error, this.#parts.timeoutMs)
      this.#failed(reason)
      throw reason
    }
  }

  /** The first reason counts: what follows is its consequence. */
  #failed(error: unknown): void {
    if (!this.#open) return
    this.#open = false
    this.#measuring?.cancel()
    this.#end(unavailable(error, this.#parts.timeoutMs))
    this.#redis.disconnect()
  }
}
