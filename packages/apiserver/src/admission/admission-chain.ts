import type { KubernetesObject } from '@fairlead/kube-core'

import type { AdmissionPlugin } from './admission-plugin.ts'
import type { AdmissionRequest } from './admission-request.ts'

/**
 * The admission plugins, in their order. A chain answers at once, without a promise, as long as its
 * plugins do: a write that nothing has to wait for stays in one turn of the event loop.
 */
export class AdmissionChain {
  readonly #mutating: readonly AdmissionPlugin[]
  readonly #validating: readonly AdmissionPlugin[]

  constructor(plugins: readonly AdmissionPlugin[]) {
    this.#mutating = plugins.filter((plugin) => 'mutate' in plugin)
    this.#validating = plugins.filter((plugin) => 'validate' in plugin)
  }

  /** The object as the plugins want it; undefined for a request without one. @throws StatusError */
  mutate(
    request: AdmissionRequest,
  ): KubernetesObject | undefined | Promise<KubernetesObject | undefined> {
    return this.#mutateFrom(0, request)
  }

  /** @throws StatusError */
  validate(request: AdmissionRequest): void | Promise<void> {
    return this.#validateFrom(0, request)
  }

  #mutateFrom(
    first: number,
    request: AdmissionRequest,
  ): KubernetesObject | undefined | Promise<KubernetesObject | undefined> {
    let current = request
    for (const [index, plugin] of this.#mutating.entries()) {
      if (index < first) continue
      const changed = plugin.mutate?.(current)
      if (changed instanceof Promise) {
        return changed.then((object) => this.#mutateFrom(index + 1, withObject(current, object)))
      }
      current = withObject(current, changed)
    }
    return current.object
  }

  #validateFrom(first: number, request: AdmissionRequest): void | Promise<void> {
    for (const [index, plugin] of this.#validating.entries()) {
      if (index < first) continue
      const verdict = plugin.validate?.(request)
      if (verdict instanceof Promise) {
        return verdict.then(() => this.#validateFrom(index + 1, request))
      }
    }
  }
}

function withObject(
  request: AdmissionRequest,
  object: KubernetesObject | undefined,
): AdmissionRequest {
  return object === undefined ? request : { ...request, object }
}
