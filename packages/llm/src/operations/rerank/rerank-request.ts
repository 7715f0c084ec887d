/** A call that has documents ordered by how well they answer a query, in no provider's format. */
export interface RerankRequest {
  readonly model: string
  readonly query: string
  readonly documents: readonly string[]
  /** How many of the best are wanted. Defaults to all. */
  readonly topN?: number
  /** Whether the answer repeats the documents. */
  readonly returnsDocuments: boolean
}
