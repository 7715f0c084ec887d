import { type Clock, DeadlineError, openScope, type Scope, type Timer } from '@fairlead/base'

/**
 * How long a stream lives: until a parent aborts, until its answer takes too long to begin, or until
 * it ends by itself.
 */
export class StreamLife {
  readonly signal: AbortSignal
  readonly #scope: Scope
  readonly #opening: Timer

  constructor(options: {
    readonly parents: readonly (AbortSignal | undefined)[]
    readonly clock: Clock
    readonly timeoutMs: number
    /** What is waited for, for the error. */
    readonly what: string
  }) {
    const { clock, timeoutMs, what } = options
    this.#scope = openScope({ parents: options.parents })
    this.signal = this.#scope.signal
    this.#opening = clock.setTimer(timeoutMs, () =>
      this.#scope.abort(new DeadlineError(what, timeoutMs)),
    )
  }

  /** The answer has begun: from now on there is no deadline. */
  begin(): void {
    this.#opening.cancel()
  }

  end(): void {
    this.#opening.cancel()
    this.#scope[Symbol.dispose]()
  }
}
