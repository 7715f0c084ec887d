import { kinds, ReferenceGrant } from '@fairlead/api'
import {
  changesConfiguration,
  compile,
  resourceSetOf,
  type CompileResult,
  type ResourceConditions,
} from '@fairlead/config'
import type { Cache, ObjectKey } from '@fairlead/controller-runtime'
import { Namespace, type ResourceType } from '@fairlead/kube-core'

/** Every kind that has a say in the conditions of others. */
export const watchedTypes: readonly ResourceType[] = [...kinds, ReferenceGrant, Namespace]

/**
 * What `compile` says of the resources in the cache. Compiled when asked for and kept until a
 * resource changes, so that a burst of changes costs one compile. Construct it before the cache
 * starts: it declares the kinds.
 */
export class Configuration {
  readonly #cache: Cache
  readonly #controllerName: string | undefined
  #compiled: Compiled | undefined

  constructor(cache: Cache, controllerName: string | undefined) {
    this.#cache = cache
    this.#controllerName = controllerName
    const forget = () => {
      this.#compiled = undefined
    }
    for (const type of watchedTypes) {
      cache.informerFor(type).onEvent({
        added: forget,
        updated: (before, after) => {
          if (changesConfiguration(before, after)) forget()
        },
        deleted: forget,
      })
    }
  }

  /** What all resources of the cache compile to. */
  get result(): CompileResult {
    return this.#current().result
  }

  /** The conditions planned for one resource; undefined if there is no such resource. */
  conditionsOf(kind: string, key: ObjectKey): ResourceConditions | undefined {
    return this.#current().byResource.get(resourceText(kind, key))
  }

  #current(): Compiled {
    this.#compiled ??= this.#compile()
    return this.#compiled
  }

  #compile(): Compiled {
    const name = this.#controllerName
    const options = name === undefined ? {} : { controllerName: name }
    const result = compile(
      resourceSetOf((type) => this.#cache.list(type)),
      options,
    )
    const byResource = new Map(
      result.conditions.map((planned) => [resourceText(planned.kind, planned), planned]),
    )
    return { result, byResource }
  }
}

interface Compiled {
  readonly result: CompileResult
  readonly byResource: ReadonlyMap<string, ResourceConditions>
}

/** `Kind namespace/name`: unique among all resources. */
export function resourceText(kind: string, { namespace, name }: ObjectKey): string {
  return `${kind} ${namespace ?? 'default'}/${name}`
}
