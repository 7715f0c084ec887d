/** `spec.retrieval` of a ContextStrategy. */
export type RetrievalSettings =
  | { readonly mode: 'None' }
  | (RetrievalBounds & { readonly mode: 'BM25' })
  | (RetrievalBounds & { readonly mode: 'Vector' | 'Hybrid'; readonly model: string })

interface RetrievalBounds {
  /** Of what is quoted, as it is estimated. */
  readonly maxTokens: number
  /** How many turns before and after one that fits count as well. */
  readonly neighbours: number
}
