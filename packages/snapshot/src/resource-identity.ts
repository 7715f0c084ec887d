/** `namespace` and `name` of a resource, and what else plans and logs report about it. */
export interface ResourceIdentity {
  readonly namespace: string
  readonly name: string
  /** metadata.generation: the revision shown in a plan (`last-five-turns@3`). */
  readonly generation: number
}
