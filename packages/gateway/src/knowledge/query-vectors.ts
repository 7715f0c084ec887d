import type { SearchingCall } from './searching-call.ts'
import { vectorTimeoutMs } from './search-times.ts'

/** The vectors of one query, each model's made once, however many bases are searched by it. */
export class QueryVectors {
  readonly #text: string
  readonly #call: SearchingCall
  readonly #signal: AbortSignal
  readonly #made = new Map<string, Promise<Float32Array>>()

  constructor(text: string, call: SearchingCall, signal: AbortSignal) {
    this.#text = text
    this.#call = call
    this.#signal = signal
  }

  /** By a model as callers name it. Rejects with a ModelError, or with the reason of the signal. */
  by(model: string): Promise<Float32Array> {
    const made = this.#made.get(model) ?? this.#make(model)
    this.#made.set(model, made)
    return made
  }

  async #make(model: string): Promise<Float32Array> {
    const { caller, record, runtime, services } = this.#call
    const embedder = services.ownCalls.embedder(model, {
      runtime,
      caller,
      purpose: 'knowledge',
      requestId: record.requestId,
      trace: record.trace,
      timeoutMs: vectorTimeoutMs,
    })
    const [vector] = await embedder.embed([this.#text], { purpose: 'query', signal: this.#signal })
    if (vector === undefined) throw new Error(`the model ${model} made no vector`)
    return vector
  }
}
