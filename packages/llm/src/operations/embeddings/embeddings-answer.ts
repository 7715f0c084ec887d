/** Vectors, in the order of the inputs. */
export interface EmbeddingsAnswer {
  readonly vectors: readonly ArrayLike<number>[]
}
