import type { KubernetesObject } from '@fairlead/kube-core'

import type { Cluster } from './cluster.ts'

/** Takes a finalizer off an object, if it has it. */
export async function unprotect(
  cluster: Cluster,
  resource: string,
  object: KubernetesObject,
  finalizer: string,
): Promise<void> {
  if (object.metadata.finalizers?.includes(finalizer) !== true) return
  await cluster.change(resource, object, (current) => {
    const { finalizers = [], ...metadata } = current.metadata
    const others = finalizers.filter((each) => each !== finalizer)
    return {
      ...current,
      metadata: others.length === 0 ? metadata : { ...metadata, finalizers: others },
    }
  })
}
