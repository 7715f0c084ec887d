/** `namespace` and `name` of a resource, and what of it a plan or log should name. */
export interface ResourceIdentity {
  readonly namespace: string
  readonly name: string
  /** metadata.generation: the revision that a plan names (`last-five-turns@3`). */
  readonly generation: number
}
