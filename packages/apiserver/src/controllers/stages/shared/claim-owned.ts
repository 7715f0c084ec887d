import { isNotFound, type KubernetesObject, type LabelSelector } from '@fairlead/kube-core'

import type { Cluster } from './cluster.ts'
import { controllerReference } from './controller-reference.ts'

/**
 * The objects that one controller's object owns and selects. It lets go of what it does not select
 * any more, and takes what it selects and nobody owns. As ControllerRefManager in Kubernetes.
 */
export async function claimOwned(
  cluster: Cluster,
  owner: KubernetesObject,
  resource: string,
  selector: LabelSelector,
): Promise<readonly KubernetesObject[]> {
  const isGoing = owner.metadata.deletionTimestamp !== undefined
  const claimed: KubernetesObject[] = []
  for (const object of cluster.ownedBy(resource, owner)) {
    if (selector.matches(object.metadata.labels ?? {})) claimed.push(object)
    else if (!isGoing) await release(cluster, owner, resource, object)
  }
  if (isGoing) return claimed
  for (const object of cluster.orphans(resource, owner.metadata.namespace ?? '')) {
    const { labels = {}, deletionTimestamp } = object.metadata
    if (deletionTimestamp !== undefined || !selector.matches(labels)) continue
    claimed.push(
      await cluster.change(resource, object, (current) => {
        const ownerReferences = [
          ...(current.metadata.ownerReferences ?? []),
          controllerReference(owner),
        ]
        return { ...current, metadata: { ...current.metadata, ownerReferences } }
      }),
    )
  }
  return claimed
}

async function release(
  cluster: Cluster,
  owner: KubernetesObject,
  resource: string,
  object: KubernetesObject,
): Promise<void> {
  try {
    await cluster.change(resource, object, (current) => {
      const ownerReferences = current.metadata.ownerReferences?.filter(
        ({ uid }) => uid !== owner.metadata.uid,
      )
      const { ownerReferences: _, ...metadata } = current.metadata
      return {
        ...current,
        metadata: ownerReferences?.length ? { ...metadata, ownerReferences } : metadata,
      }
    })
  } catch (error) {
    if (!isNotFound(error)) throw error
  }
}
