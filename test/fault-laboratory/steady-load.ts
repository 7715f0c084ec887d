import type { Clock, Timer } from '@fairlead/base'
import type { CallerAnswer } from './caller-answer.ts'

/** One call of a load. Times are monotonic milliseconds of its clock. */
export interface CallSample {
  readonly startedMs: number
  readonly durationMs: number
  readonly answer: CallerAnswer
}

/** Calls that begin at a steady rate, however long they take, and whether they succeed or not. */
export class SteadyLoad {
  /** In the order in which they ended. */
  readonly samples: CallSample[] = []
  readonly #clock: Clock
  readonly #everyMs: number
  readonly #call: (number: number) => Promise<CallerAnswer>
  readonly #waiting = new Set<() => void>()
  readonly #running = new Set<Promise<void>>()
  #count = 0
  #timer: Timer | undefined

  /** Begins at once. `call` gets the number of the call, from 0. */
  constructor(clock: Clock, everyMs: number, call: (number: number) => Promise<CallerAnswer>) {
    this.#clock = clock
    this.#everyMs = everyMs
    this.#call = call
    this.#begin()
  }

  /** Resolves with the value once there is one; asks again after every call. */
  until<T>(find: () => T | undefined): Promise<T> {
    return new Promise((resolve) => {
      const look = () => {
        const found = find()
        if (found === undefined) return
        this.#waiting.delete(look)
        resolve(found)
      }
      this.#waiting.add(look)
      look()
    })
  }

  /** Resolves when so many more calls have ended. */
  async calls(count: number): Promise<void> {
    const wanted = this.samples.length + count
    await this.until(() => (this.samples.length >= wanted ? true : undefined))
  }

  /** Begins no more calls. Resolves when all have ended. */
  async stop(): Promise<void> {
    this.#timer?.cancel()
    await Promise.all(this.#running)
  }

  #begin(): void {
    this.#timer = this.#clock.setTimer(this.#everyMs, () => this.#begin())
    const running = this.#make().finally(() => this.#running.delete(running))
    this.#running.add(running)
  }

  async #make(): Promise<void> {
    const startedMs = this.#clock.monotonicMs()
    const answer = await this.#call(this.#count++)
    const durationMs = this.#clock.monotonicMs() - startedMs
    this.samples.push({ startedMs, durationMs, answer })
    for (const look of this.#waiting) look()
  }
}
