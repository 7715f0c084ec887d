import type { Redis } from 'ioredis'
import {
  type Clock,
  type RedisAddress,
  redisClientOptions,
  systemClock,
  type Timer,
} from '@fairlead/base'
import type { RedisScript } from './redis-script.ts'
import { redisTrouble, RedisUnavailable } from './redis-trouble.ts'
import { readServerFacts } from './server-facts.ts'

interface RedisSessionOptions {
  readonly address: RedisAddress
  /** PEM of the authorities to trust, besides those that are trusted anyway. */
  readonly ca: string | undefined
  /** How long a command waits for its answer. */
  readonly timeoutMs: number
  /** Loaded before the first command. */
  readonly scripts: readonly RedisScript[]
  /** What others publish is heard there. */
  readonly channel: string
  readonly heard: (message: string) => void
}

type Value = string | number

/** One command never sends more: Redis refuses 512 MB, and closes the connection over 1 GB. */
const commandBytesMax = 256 * 1024 ** 2
const measureTimeEveryMs = 60_000

/**
 * The connections to one server, one for commands and one for messages, from their beginning to their
 * end. They are not made again: a command whose answer did not come in time ends them, because the
 * server may still run it later.
 */
export class RedisSession {
  /** Resolves when it has ended, with the reason. */
  readonly ended: Promise<RedisUnavailable>
  /** What whoever runs the server should know, in sentences. */
  warnings: readonly string[] = []
  readonly #redis: Redis
  readonly #listener: Redis
  readonly #options: RedisSessionOptions
  readonly #clock: Pick<Clock, 'monotonicMs' | 'setTimer'> = systemClock
  readonly #end: (reason: RedisUnavailable) => void
  #open = true
  /** Unix milliseconds of the server, minus our monotonic ones. */
  #serverTimeMs = 0
  #measuring: Timer | undefined

  private constructor(redis: Redis, options: RedisSessionOptions) {
    this.#redis = redis
    this.#listener = redis.duplicate()
    this.#options = options
    const { promise, resolve } = Promise.withResolvers<RedisUnavailable>()
    this.ended = promise
    this.#end = resolve
    for (const one of [this.#redis, this.#listener]) {
      one.on('error', (error: unknown) => this.#failed(error))
      one.on('close', () => this.#failed(new Error('Connection is closed.')))
    }
    this.#listener.on('message', (_channel: string, message: string) => options.heard(message))
  }

  /** Rejects with `RedisUnavailable`. */
  static async open(options: RedisSessionOptions): Promise<RedisSession> {
    const { Redis } = await import('ioredis')
    const session = new RedisSession(
      new Redis(redisClientOptions(options.address, options)),
      options,
    )
    try {
      // The reason is known there, and not to the promise of `connect`.
      await Promise.race([session.#begin(), session.ended.then((reason) => Promise.reject(reason))])
      return session
    } catch (error) {
      session.#failed(error)
      throw await session.ended
    }
  }

  get isOpen(): boolean {
    return this.#open
  }

  /** Unix milliseconds by the server's clock; does not jump when ours does. */
  nowMs(): number {
    return Math.floor(this.#clock.monotonicMs() + this.#serverTimeMs)
  }

  /** Runs a script. Rejects with `RedisUnavailable`, after which it may have run or not. */
  run(script: RedisScript, keys: readonly string[], values: readonly Value[]): Promise<unknown> {
    return this.#ask([...keys, ...values], async (sent) => {
      try {
        return await this.#redis.evalsha(script.sha, keys.length, ...sent)
      } catch (error) {
        if (!(error instanceof Error) || !error.message.startsWith('NOSCRIPT')) throw error
        // Somebody flushed the scripts; this loads it again.
        return this.#redis.eval(script.source, keys.length, ...sent)
      }
    })
  }

  /** Sends a command. Those of one turn of the event loop run in their order. Rejects as `run` does. */
  call(command: string, ...values: readonly Value[]): Promise<unknown> {
    return this.#ask(values, (sent) => this.#redis.call(command, ...sent))
  }

  /** What is wrong with the server; undefined if nothing is. Rejects as `run` does. */
  async problem(): Promise<string | undefined> {
    const info = await this.#asFarAsAllowed(() => this.#redis.info(), '')
    const config = await this.#asFarAsAllowed(() => this.#redis.call('CONFIG', 'GET', '*s*'), [])
    const { problem, warnings } = readServerFacts(info, settingsOf(config))
    this.warnings = warnings
    return problem
  }

  close(): void {
    this.#failed(new RedisUnavailable('the connection was given up'))
  }

  async #begin(): Promise<void> {
    const { scripts, channel } = this.#options
    await this.#redis.connect()
    const problem = await this.problem()
    if (problem !== undefined) throw new RedisUnavailable(problem)
    await this.#measureTime()
    await Promise.all(scripts.map(({ source }) => this.#redis.script('LOAD', source)))
    await this.#listener.connect()
    await this.#listener.subscribe(channel)
  }

  async #measureTime(): Promise<void> {
    const before = this.#clock.monotonicMs()
    const [seconds, microseconds] = await this.#redis.time()
    const middle = (before + this.#clock.monotonicMs()) / 2
    this.#serverTimeMs = Number(seconds) * 1000 + Number(microseconds) / 1000 - middle
    if (!this.#open) return
    this.#measuring = this.#clock.setTimer(measureTimeEveryMs, () => {
      this.#measureTime().catch((error: unknown) => this.#failed(error))
    })
  }

  /** Managed servers do not let everybody ask how they are set up. */
  async #asFarAsAllowed<T>(ask: () => Promise<T>, otherwise: T): Promise<T> {
    try {
      return await ask()
    } catch (error) {
      const said = error instanceof Error ? error.message : ''
      if (/^(?:NOPERM|ERR unknown command)/.test(said)) return otherwise
      throw error
    }
  }

  async #ask(
    values: readonly Value[],
    ask: (sent: readonly string[]) => Promise<unknown>,
  ): Promise<unknown> {
    const { timeoutMs } = this.#options
    const sent = values.map(String)
    refuseTooLarge(sent)
    try {
      return await ask(sent)
    } catch (error) {
      const reason = redisTrouble(error, timeoutMs)
      if (reason.isFinal) this.#failed(reason)
      throw reason
    }
  }

  /** The first reason counts: what follows is its consequence. */
  #failed(error: unknown): void {
    if (!this.#open) return
    this.#open = false
    this.#measuring?.cancel()
    this.#end(redisTrouble(error, this.#options.timeoutMs))
    this.#redis.disconnect()
    this.#listener.disconnect()
  }
}

function refuseTooLarge(values: readonly string[]): void {
  const characters = values.reduce((total, value) => total + value.length, 0)
  // A character has three bytes at most.
  if (characters * 3 <= commandBytesMax) return
  const bytes = values.reduce((total, value) => total + Buffer.byteLength(value), 0)
  if (bytes <= commandBytesMax) return
  throw new Error(
    `a change of ${bytes} bytes is too large for a ConversationStore of type Redis, which takes ${commandBytesMax}: send less at once`,
  )
}

/** The reply of CONFIG GET: names and values in turns. */
function settingsOf(reply: unknown): Record<string, string> {
  const list = Array.isArray(reply) ? reply.map(String) : []
  return Object.fromEntries(
    list.flatMap((name, index) => (index % 2 === 0 ? [[name, list[index + 1] ?? '']] : [])),
  )
}
