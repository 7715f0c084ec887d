import type { OpenTurn } from '@fairlead/context'
import {
  createStreamAssembler,
  type ModelError,
  type ModelResponse,
  type StreamEvent,
} from '@fairlead/llm'
import type { Clock, Timer } from '@fairlead/base'

/** How often what was streamed so far is put together for the store. */
const flushIntervalMs = 100

/** Keeps what the model says in the turn that was opened for it. A turn is ended exactly once. */
export class TurnRecorder {
  readonly turn: OpenTurn
  readonly #clock: Clock
  readonly #assembler = createStreamAssembler()
  #flushTimer: Timer | undefined
  #ended = false
  #model: string

  constructor(turn: OpenTurn, model: string, clock: Clock) {
    this.turn = turn
    this.#model = model
    this.#clock = clock
  }

  push(event: StreamEvent): void {
    this.#assembler.push(event)
    // A timer and not a look at the clock: a stream that falls silent must be kept up to its last word.
    this.#flushTimer ??= this.#clock.setTimer(flushIntervalMs, () => {
      this.#flushTimer = undefined
      if (!this.#ended) this.turn.flush(this.#assembler.partial())
    })
  }

  /** The stream ended well. Resolves when the turn is stored. */
  async completeStream(): Promise<ModelResponse> {
    const response = this.#assembler.response()
    await this.complete(response)
    return response
  }

  async complete(response: ModelResponse): Promise<void> {
    if (this.#ended) return
    this.#end()
    await this.turn.finish({
      status: 'completed',
      output: response.output,
      usage: response.usage,
      model: response.model === '' ? this.#model : response.model,
    })
  }

  /** The answer did not come, or not whole: what came is kept. */
  async fail(error: ModelError): Promise<void> {
    if (this.#ended) return
    this.#end()
    const output = this.#assembler.partial()
    await this.turn.finish({
      status: output.length > 0 ? 'incomplete' : 'failed',
      output,
      usage: undefined,
      model: this.#model,
      error,
    })
  }

  #end(): void {
    this.#ended = true
    this.#flushTimer?.cancel()
  }
}
