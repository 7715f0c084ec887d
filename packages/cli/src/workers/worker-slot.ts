import { type Clock, type Logger, sleep } from '@fairlead/base'
import type { GatewayReport } from '@fairlead/gateway'
import { Listeners } from '../listeners.ts'
import type { FromWorker, ToWorker } from '../worker-messages/messages.ts'
import { askEveryMs } from '../worker-messages/worker-process-contract.ts'
import { AnswerWatch } from './answer-watch.ts'
import type { ProcessEnd, WorkerProcess } from './worker-process.ts'
import { WorkerStartError } from './worker-start-error.ts'

/** A process that ends earlier has failed at its start. */
const settledMs = 10_000
const firstRetryMs = 1_000
const lastRetryMs = 30_000
/** After so many failed starts in a row, and none that succeeded, the fault is not an accident. */
const failedStartsMax = 3
/** 30 s: much longer than any one thing that a worker does. */
const silentTurnsMax = 6
/** 2 min: many workers that start at once on a busy machine take their time. */
const loadingTurnsMax = 24
/** How much longer than its calls a worker may take to stop. */
const stopGraceMs = 5_000

/** What a process is connected with as long as it lives. */
export interface WorkerLink {
  receive(message: FromWorker): void
  ended(): void | Promise<void>
}

/** Connects a loaded process; what it sends at once arrives before `start`. */
export type ConnectWorker = (send: (message: ToWorker) => void) => WorkerLink

interface WorkerSlotOptions {
  readonly index: number
  readonly startProcess: () => WorkerProcess
  /** Resolves when there is a configuration to serve. */
  readonly connecting: Promise<ConnectWorker>
  readonly clock: Clock
  readonly logger: Logger
  /** Another process takes the place of one that has died. */
  onRestart(): void
  onListening(): void
  /** Another process would fail as well: it cannot be started, or not listen on the socket. */
  onFailure(error: Error): void
}

const nothingYet: GatewayReport = { configHash: '', problems: [], providers: [] }

/**
 * One place for a worker, and the processes that take it one after the other: one that dies is
 * replaced at once, and with growing delays if it dies again and again soon after its start. One
 * that does not answer any more is killed.
 */
export class WorkerSlot {
  readonly index: number
  readonly #options: WorkerSlotOptions
  readonly #stop = new AbortController()
  readonly #reportListeners: Listeners
  readonly #running: Promise<void>
  #process: WorkerProcess | undefined
  #report = nothingYet
  #isConnected = false
  #isListening = false
  #hasLoaded = false
  /** What is still done about processes that are gone. */
  #aftermath: Promise<unknown> = Promise.resolve()

  constructor(options: WorkerSlotOptions) {
    this.index = options.index
    this.#options = options
    this.#reportListeners = new Listeners((error) =>
      options.logger.error({ error }, 'a listener failed'),
    )
    this.#running = this.#keepRunning()
  }

  get isListening(): boolean {
    return this.#isListening
  }

  /** What the worker runs. While it is being replaced, what the one before it ran. */
  report(): GatewayReport {
    return this.#report
  }

  onReportChange(listener: () => void): () => void {
    return this.#reportListeners.add(listener)
  }

  /** Callers are to connect elsewhere. They are served, and a process that dies is replaced. */
  announceStop(): void {
    if (this.#isConnected) this.#process?.send({ type: 'announce-stop' })
  }

  /**
   * Lets calls in flight finish within `drainMs`; connections without one are kept for another call
   * for `idleMs`. Resolves when the process is gone, and its link has ended.
   */
  async stop(drainMs: number, idleMs = 0): Promise<void> {
    const { clock } = this.#options
    this.#stop.abort()
    if (this.#isConnected) this.#process?.send({ type: 'drain', timeoutMs: drainMs, idleMs })
    else this.#process?.kill()
    const force = clock.setTimer(drainMs + stopGraceMs, () => this.#process?.kill())
    await this.#running
    await this.#aftermath
    force.cancel()
  }

  async #keepRunning(): Promise<void> {
    const { clock, logger, index } = this.#options
    const { signal: stopped } = this.#stop
    let earlyEnds = 0
    while (!stopped.aborted) {
      const startedMs = clock.monotonicMs()
      const { pid, end } = await this.#runProcess()
      if (stopped.aborted) return
      earlyEnds = clock.monotonicMs() - startedMs < settledMs ? earlyEnds + 1 : 0
      if (!this.#hasLoaded && earlyEnds === failedStartsMax)
        this.#options.onFailure(startError(end))
      const waitMs = restartDelayMs(earlyEnds)
      logger.error({ worker: index, pid, ...end, waitMs }, 'a gateway worker died and is replaced')
      if (waitMs > 0) {
        this.#setReport(nothingYet)
        await sleep(clock, waitMs, stopped).catch(() => {})
      }
      if (!stopped.aborted) this.#options.onRestart()
    }
  }

  async #runProcess() {
    const process = this.#options.startProcess()
    this.#process = process
    let link: WorkerLink | undefined
    let watch: AnswerWatch | undefined = this.#watch(process, loadingTurnsMax)
    const loaded = () => {
      this.#hasLoaded = true
      // Before it is connected it is asked for nothing.
      watch?.stop()
      watch = undefined
      void connect()
    }
    const connect = async () => {
      const connectWorker = await this.#options.connecting
      if (this.#process !== process || this.#stop.signal.aborted) return
      this.#isConnected = true
      link = connectWorker((message) => process.send(message))
      process.send({ type: 'start' })
      watch = this.#watch(process, silentTurnsMax)
    }
    process.onMessage((message) => {
      watch?.heard()
      if (message.type === 'loaded') loaded()
      else if (!this.#take(message)) link?.receive(message)
    })
    const end = await process.ended
    watch?.stop()
    this.#process = undefined
    this.#isConnected = false
    this.#isListening = false
    this.#aftermath = Promise.all([this.#aftermath, link?.ended()])
    return { pid: process.pid, end }
  }

  #watch(process: WorkerProcess, turns: number): AnswerWatch {
    const { clock, logger } = this.#options
    return new AnswerWatch({
      turnMs: askEveryMs,
      turns,
      clock,
      onSilence: () => {
        const fields = { worker: this.index, pid: process.pid, silentMs: turns * askEveryMs }
        logger.error(fields, 'a gateway worker does not answer and is killed')
        process.kill()
      },
    })
  }

  /** Whether the message is about the process itself. */
  #take(message: FromWorker): boolean {
    switch (message.type) {
      case 'listening':
        this.#isListening = true
        this.#options.logger.info(
          { worker: this.index, pid: this.#process?.pid },
          'a gateway worker listens',
        )
        this.#options.onListening()
        return true
      case 'report':
        this.#setReport(message.report)
        return true
      case 'cannot-listen':
        this.#options.onFailure(Object.assign(new Error(message.message), { code: message.code }))
        return true
      default:
        return false
    }
  }

  #setReport(report: GatewayReport): void {
    this.#report = report
    this.#reportListeners.notify()
  }
}

/** The first early end in a row may be an accident. */
function restartDelayMs(earlyEnds: number): number {
  return earlyEnds < 2 ? 0 : Math.min(lastRetryMs, firstRetryMs * 2 ** (earlyEnds - 2))
}

function startError({ code, signal, error }: ProcessEnd): WorkerStartError {
  const reason =
    error instanceof Error ? error.message : `they end with ${signal ?? `exit code ${code}`}`
  return new WorkerStartError(
    `gateway workers cannot start: ${reason}. What they wrote stands above; check NODE_OPTIONS and the memory of this machine.`,
    { cause: error },
  )
}
