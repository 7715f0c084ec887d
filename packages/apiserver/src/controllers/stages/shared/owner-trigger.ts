import type { KubernetesObject } from '@fairlead/kube-core'

import type { Change } from '../../../storage/change.ts'
import type { Cluster } from './cluster.ts'
import { controllerOf } from './owned-objects.ts'
import { selectorOf } from './selector-of.ts'
import type { ObjectKey } from './object-key.ts'
import type { Trigger } from './stage.ts'

/**
 * A change of an object concerns its controller, before and after, and when it has none, whoever
 * selects it.
 * @param resource `plural.group` of what is owned
 */
export function ownerTrigger(
  resource: string,
  owner: { readonly kind: string; readonly resource: string },
): Trigger {
  return {
    resource,
    keysOf({ object, previous }: Change, cluster: Cluster): ObjectKey[] {
      const versions = previous === undefined ? [object] : [object, previous]
      const names = new Set<string>()
      for (const version of versions) {
        const controller = controllerOf(version)
        if (controller?.kind === owner.kind) names.add(controller.name)
      }
      if (controllerOf(object) === undefined) {
        for (const name of selecting(object, owner.resource, cluster)) names.add(name)
      }
      const namespace = object.metadata.namespace ?? ''
      return [...names].map((name) => ({ namespace, name }))
    },
  }
}

function selecting({ metadata }: KubernetesObject, resource: string, cluster: Cluster): string[] {
  return cluster
    .list(resource, metadata.namespace ?? '')
    .filter((owner) => selectorOf(owner)?.matches(metadata.labels ?? {}) === true)
    .map((owner) => owner.metadata.name ?? '')
}
