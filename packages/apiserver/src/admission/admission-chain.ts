import type { KubernetesObject } from '@fairlead/kube-core'

import type { AdmissionPlugin, MutationPass } from './admission-plugin.ts'
import type { AdmissionRequest } from './admission-request.ts'

type Mutated = KubernetesObject | undefined

/**
 * The admission plugins, in their order. A chain answers at once, without a promise, as long as its
 * plugins do: a write that nothing has to wait for stays in one turn of the event loop.
 */
export class AdmissionChain {
  readonly #mutating: readonly AdmissionPlugin[]
  readonly #validating: readonly AdmissionPlugin[]

  constructor(plugins: readonly AdmissionPlugin[]) {
    this.#mutating = plugins.filter((plugin) => plugin.mutate !== undefined)
    this.#validating = plugins.filter((plugin) => plugin.validate !== undefined)
  }

  /**
   * The object as the plugins want it; undefined for a request without one. When a plugin asks for
   * it, all of them are asked once more.
   * @throws StatusError
   */
  mutate(request: AdmissionRequest): Mutated | Promise<Mutated> {
    if (this.#mutating.length === 0) return request.object
    const pass = { isSecond: false, isAskedFor: false, kept: new Map<string, unknown>() }
    const repeat = (): void => void (pass.isAskedFor = true)
    const again = (object: Mutated): Mutated | Promise<Mutated> =>
      pass.isAskedFor
        ? this.#mutateFrom(0, withObject(request, object), { ...pass, isSecond: true, repeat })
        : object
    const first = this.#mutateFrom(0, request, { ...pass, repeat })
    return first instanceof Promise ? first.then(again) : again(first)
  }

  /** @throws StatusError */
  validate(request: AdmissionRequest): void | Promise<void> {
    return this.#validateFrom(0, request)
  }

  #mutateFrom(
    first: number,
    request: AdmissionRequest,
    pass: MutationPass,
  ): Mutated | Promise<Mutated> {
    let current = request
    for (let index = first; index < this.#mutating.length; index++) {
      const changed = this.#mutating[index]?.mutate?.(current, pass)
      if (changed instanceof Promise) {
        return changed.then((object) =>
          this.#mutateFrom(index + 1, withObject(current, object), pass),
        )
      }
      current = withObject(current, changed)
    }
    return current.object
  }

  #validateFrom(first: number, request: AdmissionRequest): void | Promise<void> {
    for (let index = first; index < this.#validating.length; index++) {
      const verdict = this.#validating[index]?.validate?.(request)
      if (verdict instanceof Promise) {
        return verdict.then(() => this.#validateFrom(index + 1, request))
      }
    }
  }
}

function withObject(request: AdmissionRequest, object: Mutated): AdmissionRequest {
  return object === undefined ? request : { ...request, object }
}
