import { SeededRandom } from '@fairlead/base/testing'
import { waitFor } from '../support/wait-for.ts'
import { type CalledGateway, SteadyCaller } from './steady-caller.ts'
import { storedProblems } from './stored-turns.ts'

interface CallersOptions {
  readonly count: number
  readonly seed: number
  readonly model: string
  /** Whom a caller calls now. */
  readonly gateway: () => CalledGateway
  /** Told of every answer with an error status, and how long it took. */
  readonly refused?: (status: number, text: string, ms: number) => void
}

/** Callers that do not give up, each in a conversation of its own. */
export class SteadyCallers {
  readonly #callers: readonly SteadyCaller[]
  readonly #running: Promise<unknown>

  constructor({ count, gateway, model, refused = () => {}, seed }: CallersOptions) {
    this.#callers = Array.from(
      { length: count },
      (_, index) =>
        new SteadyCaller({
          id: `caller-${index}`,
          model,
          random: new SeededRandom(seed + index),
          gateway,
          refused,
        }),
    )
    this.#running = Promise.all(this.#callers.map((caller) => caller.run()))
  }

  /** How many answers they have. */
  acknowledged(): number {
    return this.#callers.reduce((sum, { acknowledged }) => sum + acknowledged.length, 0)
  }

  /** How many calls were sent again. */
  sentAgain(): number {
    return this.#callers.reduce((sum, { sentAgain }) => sum + sentAgain, 0)
  }

  /** Resolves when they have so many answers more, or one has got what it cannot go on from. */
  async moreAnswers(count: number): Promise<void> {
    const enough = this.acknowledged() + count
    await waitFor(
      'more answers',
      () => this.acknowledged() >= enough || this.#callers.some(({ problems }) => problems.length),
      120_000,
    )
  }

  /** Resolves when all have what they wait for, and ask no more. */
  async stop(): Promise<void> {
    for (const caller of this.#callers) caller.stop()
    await this.#running
  }

  /** What is wrong with what they got, and with what a gateway has stored of it. */
  async problems(gateway: CalledGateway): Promise<readonly string[]> {
    const stored = await Promise.all(this.#callers.map((caller) => storedProblems(caller, gateway)))
    return [...this.#callers.flatMap(({ problems }) => problems), ...stored.flat()]
  }
}
