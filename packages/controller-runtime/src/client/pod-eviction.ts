import { type policyV1, Pod } from '@fairlead/kube-types'
import type { KeyOf } from '../object-key.ts'
import type { Client, DeleteOptions, WriteOptions } from './client.ts'

export interface EvictOptions extends Pick<WriteOptions, 'signal' | 'timeoutMs' | 'dryRun'> {
  /** Overrides the pod's own grace period. */
  readonly gracePeriodSeconds?: number
  /** The eviction fails with a conflict if the pod no longer matches. */
  readonly preconditions?: DeleteOptions['preconditions']
}

/**
 * Deletes a pod as far as its PodDisruptionBudgets allow it. While one does not, this throws a
 * StatusError with 429 (`isTooManyRequests`): return `{ requeueAfterMs }` and try again then.
 * kubectl's drain waits 5 s.
 */
export async function evict(
  client: Client,
  pod: KeyOf<Pod>,
  options: EvictOptions = {},
): Promise<void> {
  const { gracePeriodSeconds, preconditions, ...write } = options
  const { namespace, name } = pod
  const eviction: policyV1.Eviction = {
    apiVersion: 'policy/v1',
    kind: 'Eviction',
    metadata: { namespace, name },
    deleteOptions: { gracePeriodSeconds, preconditions },
  }
  await client.subresource('eviction').create(Pod, pod, eviction, write)
}
