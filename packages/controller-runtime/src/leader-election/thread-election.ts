import { extname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import type { TypedObject } from '@fairlead/kube-core'
import { type Logger, type Timer, untilAborted } from '@fairlead/base'
import type { KubeConfig } from '../kube-config/kube-config.ts'
import type { Election } from './election.ts'
import type { ElectionMeter } from './election-meter.ts'
import type { ElectionTiming } from './election-timing.ts'
import { LeaderElectionLostError } from './leader-election-lost-error.ts'
import { processClock } from './process-clock.ts'
import { newMemory, SharedDeadline } from './shared-deadline.ts'
import type { FromThread, ThreadStart, ToThread } from './thread-messages.ts'

/** Sources run as they are, and built files as theirs. */
const program = fileURLToPath(
  new URL(`./election-thread.program${extname(import.meta.filename)}`, import.meta.url),
)

const beatMs = 1000

interface ThreadElectionOptions {
  readonly config: KubeConfig
  readonly userAgent: string
  readonly name: string
  readonly namespace: string
  readonly labels?: Readonly<Record<string, string>> | undefined
  readonly identity: string
  readonly timing: ElectionTiming
  readonly releaseOnStop: boolean
  readonly blockedLimitMs: number
  readonly logger: Logger
  readonly meter: ElectionMeter
}

/**
 * Takes part in the election from a thread of its own, with a connection of its own and the same
 * credentials: work that keeps this thread busy does not stop the renewal. When this thread has not
 * answered for `blockedLimitMs`, the term ends, and the lease runs out.
 */
export class ThreadElection implements Election {
  readonly term: SharedDeadline
  readonly #options: ThreadElectionOptions
  readonly #termMemory = newMemory()
  readonly #attentionMemory = newMemory()
  readonly #attention: SharedDeadline
  readonly #ended = Promise.withResolvers<void>()
  readonly #released = Promise.withResolvers<void>()
  /** Of what is asked for on behalf of the thread. */
  readonly #closed = new AbortController()
  #object: TypedObject | undefined
  #thread: Worker | undefined
  #beat: Timer | undefined

  constructor(options: ThreadElectionOptions) {
    this.#options = options
    this.term = new SharedDeadline(processClock, this.#termMemory)
    this.#attention = new SharedDeadline(processClock, this.#attentionMemory)
    this.#ended.promise.catch(() => {})
  }

  get identity(): string {
    return this.#options.identity
  }

  get object(): TypedObject | undefined {
    return this.#object
  }

  async run(signal: AbortSignal, onLead: () => void): Promise<void> {
    if (signal.aborted) return
    this.#pay()
    const thread = this.#start(onLead)
    const stop = () => this.#tell({ type: 'stop' })
    signal.addEventListener('abort', stop, { once: true })
    try {
      await this.#ended.promise
    } finally {
      signal.removeEventListener('abort', stop)
      this.#beat?.cancel()
      this.#options.meter.leading(false)
      // It only waits to release the lease.
      thread.unref()
    }
  }

  async release(): Promise<void> {
    const thread = this.#thread
    if (thread === undefined) return
    thread.ref()
    this.#tell({ type: 'release' })
    await this.#released.promise
    this.#closed.abort()
    await thread.terminate()
  }

  #start(onLead: () => void): Worker {
    const { config, logger, blockedLimitMs: _, meter: __, ...candidate } = this.#options
    const start: ThreadStart = {
      ...candidate,
      labels: candidate.labels,
      config: withoutFunctions(config),
      term: this.#termMemory,
      attention: this.#attentionMemory,
    }
    const thread = new Worker(program, { name: 'leader-election', workerData: start })
    thread.on('message', (message: FromThread) => this.#hear(message, onLead))
    thread.on('error', (error) => this.#end(error))
    thread.on('exit', () => this.#end(new Error('the thread of the election has ended')))
    logger.debug({}, 'the election runs in a thread of its own')
    this.#thread = thread
    return thread
  }

  /** Says that this thread is not stuck, now and again. */
  #pay(): void {
    this.#attention.extend(processClock.monotonicMs() + this.#options.blockedLimitMs)
    this.#beat = processClock.setTimer(beatMs, () => this.#pay())
  }

  #hear(message: FromThread, onLead: () => void): void {
    const { logger, meter } = this.#options
    switch (message.type) {
      case 'leading':
        // If this thread was busy, the term may be over before it hears of it.
        if (this.term.remainingMs === 0) return
        this.#object = message.object
        meter.leading(true)
        return onLead()
      case 'ended':
        if (message.error === undefined) this.#ended.resolve()
        else this.#ended.reject(new LeaderElectionLostError({ cause: message.error }))
        return
      case 'released':
        return this.#released.resolve()
      case 'slow-path':
        return meter.slowPath()
      case 'ask-credentials':
        return void this.#sendCredentials(message.refused)
      case 'log':
        return logger[message.level](message.fields, message.message)
    }
  }

  async #sendCredentials(refused: boolean): Promise<void> {
    const { credentials, tls } = this.#options.config
    const { signal } = this.#closed
    try {
      if (refused) credentials.invalidate()
      const current = await untilAborted(credentials.current(signal), signal)
      const ca = await (tls.currentCa?.() ?? tls.ca)
      this.#tell({ type: 'credentials', credentials: current, ca })
    } catch (error) {
      this.#tell({ type: 'no-credentials', error })
    }
  }

  /** It can no longer renew. What it wrote last still says until when this process leads. */
  #end(error: unknown): void {
    this.#ended.reject(new LeaderElectionLostError({ cause: error }))
    this.#released.resolve()
  }

  #tell(message: ToThread): void {
    this.#thread?.postMessage(message)
  }
}

/** What can be posted to a thread; what functions answer is relayed. */
function withoutFunctions(config: KubeConfig): ThreadStart['config'] {
  const { credentials: _, tls, ...rest } = config
  const { currentCa: __, ...fixed } = tls
  return { ...rest, tls: fixed }
}
