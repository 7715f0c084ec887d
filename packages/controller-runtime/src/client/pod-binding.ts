import { type coreV1, Pod } from '@fairlead/kube-types'
import type { KeyOf } from '../object-key.ts'
import type { Client, WriteOptions } from './client.ts'

/** Assigns a pod to a node, as a scheduler does. Fails with a conflict if it already has one. */
export async function bind(
  client: Client,
  pod: KeyOf<Pod>,
  nodeName: string,
  options: WriteOptions = {},
): Promise<void> {
  const { namespace, name } = pod
  const binding: coreV1.Binding = {
    apiVersion: 'v1',
    kind: 'Binding',
    metadata: { namespace, name },
    target: { apiVersion: 'v1', kind: 'Node', name: nodeName },
  }
  await client.subresource('binding').create(Pod, pod, binding, options)
}
