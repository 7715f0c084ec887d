import { mastersGroup, type User } from '../auth/user.ts'

/** As the defaults of kube-apiserver's `--max-requests-inflight` and `--max-mutating-requests-inflight`. */
const readOnlyMax = 400
const mutatingMax = 200

/** Thrown for a request that has to come back later; answered with 429. */
export class TooManyRequests extends Error {
  override readonly name = 'TooManyRequests'
}

/**
 * The requests that are being handled, other than those that run long. As WithMaxInFlightLimit in
 * apiserver, members of `system:masters` are counted, but never turned away.
 */
export class RequestsInFlight {
  #readOnly = 0
  #mutating = 0

  get readOnly(): number {
    return this.#readOnly
  }

  get mutating(): number {
    return this.#mutating
  }

  /** Lets a request in; returns what lets it out, to be called once. @throws TooManyRequests */
  enter(method: string, { groups }: Pick<User, 'groups'>): () => void {
    const isReadOnly = method === 'GET' || method === 'HEAD'
    const isFull = isReadOnly ? this.#readOnly >= readOnlyMax : this.#mutating >= mutatingMax
    if (isFull && !groups.includes(mastersGroup)) throw new TooManyRequests()
    this.#count(isReadOnly, 1)
    return () => this.#count(isReadOnly, -1)
  }

  #count(isReadOnly: boolean, by: 1 | -1): void {
    if (isReadOnly) this.#readOnly += by
    else this.#mutating += by
  }
}
