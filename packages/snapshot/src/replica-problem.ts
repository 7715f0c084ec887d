/** A problem that only a replica can see, such as a missing key in a Secret. */
export interface ReplicaProblem {
  readonly kind: string
  readonly namespace: string
  readonly name: string
  /** A condition reason: SecretKeyMissing, RefNotFound, Unreachable, StoreUnavailable, … */
  readonly reason: string
  readonly message: string
}
