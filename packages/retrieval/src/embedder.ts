/** Makes vectors of texts, by one model. */
export interface Embedder {
  readonly model: string
  /**
   * One vector for each text, in their order, of length 1 and all of the same dimension. Rejects when
   * they cannot be made; nothing is known then.
   */
  embed(texts: readonly string[], options: EmbedOptions): Promise<readonly Float32Array[]>
}

export interface EmbedOptions {
  /** Some models make other vectors of what is searched for than of what is searched. */
  readonly purpose: 'document' | 'query'
  readonly signal: AbortSignal
}
