import type { Clock, Timer } from '@fairlead/base'
import { LineBatches, type LineBatch } from './line-batches.ts'
import type { LogOutput } from './log-output.ts'

/** How long a line waits for more lines to be written with. */
const flushDelayMs = 100
/** How long to wait before an output that had no room is tried again. */
const retryDelayMs = 10
/** What waits for a slow reader at most; further lines are dropped. */
const maxWaitingBytes = 8 * 1024 * 1024
/** How long the end of the process waits for a reader that does not read. */
const patienceMs = 1000
const pauseMs = 5

/** Pino's level of warnings; lines from it on do not wait. */
const warnLevel = 40

/** By this, pino sets `lastLevel` before it writes. */
const wantsMetadata: unique symbol = Symbol.for('pino.metadata')

/**
 * Where pino writes its lines: in batches of whole lines, at latest after 100 ms, and at once from
 * level `warn` on. Never blocks and never throws. At most 8 MiB wait for a slow reader; lines
 * beyond, and lines that cannot be written, are dropped and counted, and a line says how many once
 * it flows again. Timers are short, and run only while lines wait.
 */
export class LogDestination {
  readonly [wantsMetadata] = true
  /** The level of the line that is written next; set by pino. */
  lastLevel = 0
  readonly #output: LogOutput
  readonly #clock: Clock
  readonly #batches: LineBatches
  /** What is being written, or is to be tried again. */
  #current: LineBatch | undefined
  /** A write has begun and not ended. */
  #writing = false
  #writingSinceMs = 0
  /** The output had no room. */
  #blocked = false
  /** `#writeWaiting` is running. */
  #looping = false
  /** Batches are written whether they are full or not. */
  #due = false
  #timer: Timer | undefined
  /** Too much waits: lines are dropped until half of it is written. */
  #dropping = false
  #dropped = 0
  #unreported = 0
  readonly #idleListeners = new Set<() => void>()

  constructor({ output, clock }: { readonly output: LogOutput; readonly clock: Clock }) {
    this.#output = output
    this.#clock = clock
    this.#batches = new LineBatches(output.maxWriteBytes)
  }

  /** How many lines were dropped so far. */
  get droppedLines(): number {
    return this.#dropped
  }

  /** Takes one line with its newline. */
  write(line: string): void {
    const bytes = Buffer.byteLength(line)
    const waiting = this.#waitingBytes()
    if (this.#dropping || waiting + bytes > maxWaitingBytes) {
      // A line that is too long by itself does not keep others out.
      this.#dropping = waiting > 0
      this.#drop(1)
      return
    }
    this.#batches.add(line, bytes)
    if (this.lastLevel >= warnLevel) this.#due = true
    if (this.#due || this.#batches.hasFull) {
      this.#blocked = false
      this.#writeWaiting()
    }
    if (this.#timer === undefined && this.#batches.bytes > 0) this.#startTimer(flushDelayMs)
  }

  /** Resolves when all lines are written; after one second at latest, if nobody reads them. */
  flush(): Promise<void> {
    this.#due = true
    this.#writeWaiting()
    if (this.#isIdle()) return Promise.resolve()
    return new Promise((resolve) => {
      const finish = () => {
        timer.cancel()
        this.#idleListeners.delete(finish)
        resolve()
      }
      const timer = this.#clock.setTimer(patienceMs, finish)
      this.#idleListeners.add(finish)
    })
  }

  /**
   * Writes what waits before it returns, for the end of the process. Gives up on a reader that has
   * not read for a second.
   */
  flushSync(): void {
    // A write that has begun is finished by Node before the process ends.
    if (this.#writing) {
      if (this.#clock.monotonicMs() - this.#writingSinceMs > patienceMs) return
      this.#current = undefined
    }
    let pauses = patienceMs / pauseMs
    while ((this.#current ??= this.#batches.take()) !== undefined) {
      const batch = this.#current
      try {
        this.#current = rest(batch, this.#output.writeNow(batch.bytes))
      } catch (error) {
        if (!isBlocked(error) || pauses === 0) {
          this.#current = undefined
          this.#drop(batch.lines)
          if (isBlocked(error)) return
        } else {
          pauses -= 1
          Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, pauseMs)
        }
      }
    }
  }

  #waitingBytes(): number {
    return this.#batches.bytes + (this.#current?.bytes.length ?? 0)
  }

  #isIdle(): boolean {
    return this.#current === undefined && this.#batches.bytes === 0
  }

  #writeWaiting(): void {
    // An output that does not wait calls back at once; its next write is this loop's next round.
    if (this.#looping) return
    this.#looping = true
    while (!this.#writing && !this.#blocked) {
      this.#current ??= this.#due ? this.#batches.take() : this.#batches.takeFull()
      if (this.#current === undefined) break
      this.#writing = true
      this.#writingSinceMs = this.#clock.monotonicMs()
      this.#output.write(this.#current.bytes, this.#written)
    }
    this.#looping = false
    if (!this.#isIdle()) return
    this.#due = false
    for (const listener of this.#idleListeners) listener()
  }

  readonly #written = (error: NodeJS.ErrnoException | null, written: number): void => {
    this.#writing = false
    const batch = this.#current
    if (batch === undefined) return
    if (error !== null && isBlocked(error)) {
      this.#blocked = true
      this.#timer?.cancel()
      this.#startTimer(retryDelayMs)
      return
    }
    this.#current = error === null ? rest(batch, written) : undefined
    // An output that is gone may come back; each batch tries it once.
    if (error !== null) this.#drop(batch.lines)
    if (this.#waitingBytes() <= maxWaitingBytes / 2) {
      this.#dropping = false
      if (error === null && this.#unreported > 0) this.#reportDropped()
    }
    this.#writeWaiting()
  }

  #startTimer(delayMs: number): void {
    this.#timer = this.#clock.setTimer(delayMs, () => {
      this.#timer = undefined
      this.#blocked = false
      this.#due = true
      this.#writeWaiting()
    })
  }

  #drop(lines: number): void {
    this.#dropped += lines
    this.#unreported += lines
  }

  #reportDropped(): void {
    const lines = this.#unreported
    this.#unreported = 0
    const msg = lines === 1 ? '1 log line was dropped' : `${lines} log lines were dropped`
    const line = `${JSON.stringify({ level: warnLevel, time: this.#clock.now(), lines, msg })}\n`
    this.#batches.add(line, Buffer.byteLength(line))
    this.#due = true
  }
}

function isBlocked(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException
  return code === 'EAGAIN' || code === 'EBUSY' || code === 'EINTR'
}

function rest(batch: LineBatch, written: number): LineBatch | undefined {
  if (written >= batch.bytes.length) return undefined
  return { bytes: batch.bytes.subarray(written), lines: batch.lines }
}
