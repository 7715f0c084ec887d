import {
  compile,
  type CompileOptions,
  type CompileResult,
  type CurrentResources,
  type ResourceConditions,
  watchConfiguration,
} from '@fairlead/config'
import type { Cache, ObjectKey } from '@fairlead/controller-runtime'

/**
 * What `compile` says of the resources in the cache. Compiled when asked for and kept until a
 * resource changes, so that a burst of changes costs one compile. Construct it before the cache
 * starts: it declares the kinds.
 */
export class Configuration {
  readonly #resources: CurrentResources
  readonly #options: CompileOptions
  #compiled: Compiled | undefined

  constructor(cache: Cache, options: CompileOptions) {
    const forget = () => {
      this.#compiled = undefined
    }
    this.#resources = watchConfiguration(cache, forget, options.kinds)
    this.#options = options
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
    const result = compile(this.#resources, this.#options)
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
