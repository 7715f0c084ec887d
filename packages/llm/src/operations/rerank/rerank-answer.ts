/** The best documents, the best first. */
export interface RerankAnswer {
  readonly results: readonly RankedDocument[]
}

export interface RankedDocument {
  /** Its place in the request. */
  readonly index: number
  /** The higher, the better; what a number means is the model's affair. */
  readonly score: number
}
