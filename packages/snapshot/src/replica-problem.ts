/** Something that only a replica can see, such as a Secret without the key. */
export interface ReplicaProblem {
  readonly kind: string
  readonly namespace: string
  readonly name: string
  /** A condition reason: SecretKeyMissing, RefNotFound, Unreachable, StoreUnavailable, … */
  readonly reason: string
  readonly message: string
}
