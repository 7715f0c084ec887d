import type { ResourceType, TypedObject } from '@fairlead/kube-core'
import { changesConfiguration } from './changes-configuration.ts'
import type { CompileResult } from './compile-result.ts'
import { createCompiler, type CompileOptions, type Compiler } from './compiler.ts'
import { CurrentResources } from './current-resources.ts'
import { configurationTypes, type ResourceSet } from './resource-set.ts'

/** What configuration is read from: a cache of controller-runtime, or anything like it. */
export interface ConfigurationCache {
  list(type: ResourceType): readonly TypedObject[]
  informerFor(type: ResourceType): {
    onEvent(handler: {
      added(object: TypedObject): void
      updated(before: TypedObject, after: TypedObject): void
      deleted(object: TypedObject): void
    }): unknown
  }
}

/**
 * What the resources of a cache compile to, for everybody in the process who needs it. Compiled when
 * asked for and kept until a resource changes, so that a burst of changes costs one compilation.
 * Construct it before the cache starts: it declares the kinds.
 */
export class WatchedConfiguration {
  readonly #resources: CurrentResources
  readonly #compiler: Compiler
  readonly #listeners = new Set<() => void>()
  /** The kinds in which nothing that is compiled has changed since they were listed. */
  readonly #lists = new Map<ResourceType, readonly TypedObject[]>()
  #result: CompileResult | undefined

  constructor(cache: ConfigurationCache, options: CompileOptions) {
    this.#resources = new CurrentResources(<T extends TypedObject>(type: ResourceType<T>) => {
      const objects = this.#lists.get(type) ?? cache.list(type)
      this.#lists.set(type, objects)
      return objects as readonly T[]
    })
    this.#compiler = createCompiler(options)
    for (const type of configurationTypes(options.kinds)) {
      const changed = () => this.#changed(type)
      cache.informerFor(type).onEvent({
        added: changed,
        updated: (before, after) => {
          if (changesConfiguration(before, after)) changed()
        },
        deleted: changed,
      })
    }
  }

  /** What it is compiled from, in the current shape. */
  get resources(): ResourceSet {
    return this.#resources
  }

  get result(): CompileResult {
    this.#result ??= this.#compiler.compile(this.#resources)
    return this.#result
  }

  /**
   * Calls the listener for each change of a resource that may change the result; conditions and
   * heartbeats, which are written frequently, are none. Returns what ends that.
   */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  #changed(type: ResourceType): void {
    this.#lists.delete(type)
    this.#result = undefined
    for (const listener of this.#listeners) listener()
  }
}
