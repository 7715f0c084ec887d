import type { KubernetesObject } from '@fairlead/kube-core'

import type { Cluster, NewObject } from './cluster.ts'

/** Makes a pod, and tells its controller's object. As RealPodControl in Kubernetes' controllers. */
export async function createPodOf(
  cluster: Cluster,
  owner: KubernetesObject,
  pod: NewObject,
): Promise<void> {
  const { metadata } = await cluster.create('pods', pod)
  cluster.tell(owner, 'SuccessfulCreate', `Created pod: ${metadata.name}`)
}

/** Deletes a pod, and tells its controller's object. */
export async function deletePodOf(
  cluster: Cluster,
  owner: KubernetesObject,
  pod: KubernetesObject,
): Promise<void> {
  await cluster.delete('pods', pod)
  cluster.tell(owner, 'SuccessfulDelete', `Deleted pod: ${pod.metadata.name}`)
}
