import { extname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import type { Clock, Logger, Timer } from '@fairlead/base'
import type { CountRequest, TokenCounter } from '../tokens/token-counter.ts'
import type { CountAnswer, CountJob } from './thread-messages.ts'

/** Sources run as they are, and built files as theirs. */
const program = fileURLToPath(
  new URL(`./counting-thread.program${extname(import.meta.filename)}`, import.meta.url),
)

/** Characters that may wait to be counted; what is more is not counted. */
const waitingLengthMax = 64 * 1024 * 1024

/** A tokenizer in use holds about 90 MB: one that nobody has needed for this long is given up. */
const idleMs = 10 * 60_000

/** What a thread may keep: a tokenizer's tables and the texts of one request. */
const heapMegabytesMax = 512

interface Waiting {
  readonly resolve: (counts: readonly number[] | undefined) => void
  readonly length: number
  readonly timer: Timer
}

interface ThreadCounterOptions {
  readonly clock: Pick<Clock, 'now' | 'setTimer'>
  readonly logger: Logger
}

/**
 * Counts in a thread of its own, which is started when something is to be counted first and ends
 * when nothing has been for 10 minutes. Requests are counted one after another; what waits is bounded
 * by its length.
 */
export class ThreadCounter implements TokenCounter {
  readonly #options: ThreadCounterOptions
  readonly #waiting = new Map<number, Waiting>()
  #thread: Worker | undefined
  #idle: Timer | undefined
  #waitingLength = 0
  #lastId = 0
  #isClosed = false

  constructor(options: ThreadCounterOptions) {
    this.#options = options
  }

  count({ encoding, texts, deadlineMs }: CountRequest): Promise<readonly number[] | undefined> {
    const length = texts.reduce((total, text) => total + text.length, 0)
    if (length === 0) return Promise.resolve(texts.map(() => 0))
    if (this.#isClosed || this.#waitingLength + length > waitingLengthMax) {
      return Promise.resolve(undefined)
    }
    const { clock } = this.#options
    const thread = this.#started()
    return new Promise((resolve) => {
      const id = ++this.#lastId
      const timer = clock.setTimer(deadlineMs, () => this.#settle({ id }))
      this.#waiting.set(id, { resolve, length, timer })
      this.#waitingLength += length
      const untilMs = clock.now() + deadlineMs
      thread.postMessage({ id, encoding, texts, untilMs } satisfies CountJob)
    })
  }

  /** Whoever waits gets no counts. */
  async close(): Promise<void> {
    this.#isClosed = true
    await this.#end()
  }

  #started(): Worker {
    this.#idle?.cancel()
    this.#idle = undefined
    if (this.#thread !== undefined) return this.#thread
    const thread = new Worker(program, {
      name: 'token-counter',
      resourceLimits: { maxOldGenerationSizeMb: heapMegabytesMax },
    })
    // A process that has nothing else to do may end.
    thread.unref()
    thread.on('message', (answer: CountAnswer) => this.#settle(answer))
    thread.on('error', (error) => {
      this.#options.logger.error({ err: error }, 'the token counter has failed')
      this.#lose(thread)
    })
    thread.on('exit', () => this.#lose(thread))
    this.#thread = thread
    return thread
  }

  #settle({ id, counts, error }: CountAnswer): void {
    const waiting = this.#waiting.get(id)
    if (waiting === undefined) return
    if (error !== undefined) this.#options.logger.error({ error }, 'tokens were not counted')
    this.#waiting.delete(id)
    this.#waitingLength -= waiting.length
    waiting.timer.cancel()
    waiting.resolve(counts)
    if (this.#waiting.size > 0) return
    this.#idle?.cancel()
    this.#idle = this.#options.clock.setTimer(idleMs, () => void this.#end())
  }

  #lose(thread: Worker): void {
    if (this.#thread !== thread) return
    this.#thread = undefined
    for (const id of this.#waiting.keys()) this.#settle({ id })
  }

  async #end(): Promise<void> {
    const thread = this.#thread
    if (thread !== undefined) {
      this.#lose(thread)
      await thread.terminate()
    }
    this.#idle?.cancel()
    this.#idle = undefined
  }
}
