import type { Clock, Timer } from '@fairlead/base'
import type { LogOutput } from './log-output.ts'

/** Tells somebody who waits what a start is doing. */
export interface Progress {
  /** What is done from now on, as the continuation of "Starting: ". */
  tell(step: string): void
  /** Nothing more is told. */
  end(): void
}

interface ProgressSettings {
  /** Whether somebody reads it. If not, nothing is written. */
  readonly isTerminal: boolean
  readonly write: (text: string) => void
  readonly clock: Clock
}

/** A start that is over by then needs no explanation. */
const quietMs = 700
const clearedLine = '\r\u001B[K'

/**
 * One line of a terminal, which each step replaces and which is gone at the end. Nothing is shown
 * for the first 0.7 s.
 */
export class ProgressLine implements Progress {
  readonly #settings: ProgressSettings
  #step = ''
  #quiet: Timer | undefined
  #beganMs = 0
  #state: 'unused' | 'quiet' | 'shown' | 'ended' = 'unused'

  constructor(settings: ProgressSettings) {
    this.#settings = settings
  }

  tell(step: string): void {
    if (!this.#settings.isTerminal || this.#state === 'ended') return
    this.#step = step
    const { clock } = this.#settings
    if (this.#state === 'unused') {
      this.#state = 'quiet'
      this.#beganMs = clock.monotonicMs()
      this.#quiet = clock.setTimer(quietMs, () => this.#show())
      return
    }
    // While modules load, no timer fires.
    if (clock.monotonicMs() - this.#beganMs >= quietMs) this.#show()
  }

  end(): void {
    this.#quiet?.cancel()
    this.clear()
    this.#state = 'ended'
  }

  /** Makes room for a line of another writer; the next step is shown again. */
  clear(): void {
    if (this.#state === 'shown') this.#settings.write(clearedLine)
  }

  /** The cursor goes back, so that a line of another process, such as a worker, begins at its start. */
  #show(): void {
    this.#state = 'shown'
    this.#settings.write(`${clearedLine}Starting: ${this.#step} …\r`)
  }
}

/** The same output, which makes room before it writes. */
export function besideProgress(output: LogOutput, progress: ProgressLine): LogOutput {
  return {
    maxWriteBytes: output.maxWriteBytes,
    write(bytes, done) {
      progress.clear()
      output.write(bytes, done)
    },
    writeNow(bytes) {
      progress.clear()
      return output.writeNow(bytes)
    },
  }
}
