import type { KubernetesObject, ResourceType } from '@fairlead/kube-core'
import { changesConfiguration } from './changes-configuration.ts'
import { CurrentResources } from './current-resources.ts'
import type { KindCompiler } from './judging/kind-compiler.ts'
import { configurationTypes } from './resource-set.ts'

/** What configuration is read from: a cache of controller-runtime, or anything like it. */
interface ConfigurationCache {
  list<T extends KubernetesObject>(type: ResourceType<T>): readonly T[]
  informerFor<T extends KubernetesObject>(
    type: ResourceType<T>,
  ): {
    onEvent(handler: {
      added(object: T): void
      updated(before: T, after: T): void
      deleted(object: T): void
    }): unknown
  }
}

/**
 * The resources of a cache that are configuration. `changed` is called for each change of one;
 * conditions and heartbeats, which are written frequently, are none. Call it before the cache
 * starts: it declares the kinds.
 */
export function watchConfiguration(
  cache: ConfigurationCache,
  changed: () => void,
  kinds?: readonly KindCompiler[],
): CurrentResources {
  for (const type of configurationTypes(kinds)) {
    cache.informerFor(type).onEvent({
      added: changed,
      updated: (before, after) => {
        if (changesConfiguration(before, after)) changed()
      },
      deleted: changed,
    })
  }
  return new CurrentResources((type) => cache.list(type))
}
