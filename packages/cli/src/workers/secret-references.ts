import type { SecretKeyRef, Snapshot } from '@fairlead/snapshot'

/** Finds the Secrets that snapshots refer to; what two snapshots share is searched once. */
export class SecretReferences {
  readonly #found = new WeakMap<object, readonly SecretKeyRef[]>()

  of(snapshot: Snapshot): readonly SecretKeyRef[] {
    return Object.values(snapshot).flatMap((field) => this.#in(field))
  }

  #in(value: unknown): readonly SecretKeyRef[] {
    if (typeof value !== 'object' || value === null) return []
    const known = this.#found.get(value)
    if (known !== undefined) return known
    const inner: readonly unknown[] =
      value instanceof Map ? [...value.values()] : Object.values(value)
    const found = isSecretKeyRef(value) ? [value] : inner.flatMap((one) => this.#in(one))
    this.#found.set(value, found)
    return found
  }
}

/** By its shape: nothing else in a snapshot has these three fields and no other. */
function isSecretKeyRef(value: object): value is SecretKeyRef {
  return (
    'namespace' in value && 'name' in value && 'key' in value && Object.keys(value).length === 3
  )
}
