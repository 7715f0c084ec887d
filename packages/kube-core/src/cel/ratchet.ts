import type { Correlation } from '../schema/correlation.ts'

/**
 * Whether what rules find wrong with a value is tolerated, because an update has left the value, or
 * the nearest part around it that has a counterpart, as it was. As ratchetingOptions in Kubernetes'
 * apiextensions-apiserver.
 */
export class Ratchet {
  readonly #current: Correlation | undefined
  readonly #around: Correlation | undefined

  /**
   * @param current the value beside its counterpart, if it has one
   * @param around the nearest part around it that has one; the root has none
   */
  constructor(current: Correlation | undefined, around?: Correlation) {
    this.#current = current
    this.#around = around
  }

  get tolerates(): boolean {
    return (this.#current ?? this.#around)?.isUnchanged === true
  }

  key(name: string): Ratchet {
    if (this.#current === undefined) return this
    // Both objects are shown in the same version, so that a change of it cannot be seen.
    const isOfTheType = this.#around === undefined && (name === 'apiVersion' || name === 'kind')
    if (isOfTheType) return new Ratchet(undefined)
    return new Ratchet(this.#current.key(name), this.#current)
  }

  index(index: number): Ratchet {
    if (this.#current === undefined) return this
    return new Ratchet(this.#current.index(index), this.#current)
  }
}
