import type { Embedder, EmbedOptions } from '@fairlead/retrieval'
import type { OwnCallContext } from '../call/own-calls.ts'
import { makeOwnCall, type OwnCallParts } from './make-own-call.ts'
import { unfitAnswer } from './value-call.ts'
import { vectorsCall } from './vectors-call.ts'

/** As many as every provider takes in a call, whose tokens together are limited as well. */
const textsMax = 96
const charactersMax = 128 * 1024

/** Makes vectors by calls of this gateway, one after the other. */
export class GatewayEmbedder implements Embedder {
  readonly model: string
  readonly #on: Omit<OwnCallContext, 'signal'>
  readonly #parts: OwnCallParts
  #dimension: number | undefined

  constructor(model: string, on: Omit<OwnCallContext, 'signal'>, parts: OwnCallParts) {
    this.model = model
    this.#on = on
    this.#parts = parts
  }

  async embed(
    texts: readonly string[],
    { purpose, signal }: EmbedOptions,
  ): Promise<readonly Float32Array[]> {
    const { model } = this
    const vectors: Float32Array[] = []
    for (const batch of batchesOf(texts.map((text) => (text.trim() === '' ? '.' : text)))) {
      const call = vectorsCall({ model, texts: batch, purpose })
      const made = await makeOwnCall(call, { ...this.#on, signal }, this.#parts)
      for (const vector of made) this.#check(vector)
      vectors.push(...made)
    }
    return vectors
  }

  #check({ length }: Float32Array): void {
    this.#dimension ??= length
    if (this.#dimension === length) return
    throw unfitAnswer(
      this.model,
      `makes vectors of ${length} numbers now, after some of ${this.#dimension}: make all of them anew`,
    )
  }
}

function batchesOf(texts: readonly string[]): readonly (readonly string[])[] {
  const batches: string[][] = []
  let batch: string[] = []
  let characters = 0
  for (const text of texts) {
    const isFull = batch.length >= textsMax || characters + text.length > charactersMax
    if (isFull && batch.length > 0) {
      batches.push(batch)
      batch = []
      characters = 0
    }
    batch.push(text)
    characters += text.length
  }
  return batch.length === 0 ? batches : [...batches, batch]
}
