import { type DeepReadonly, type OperatorContext, readinessOf } from '@fairlead/controller-runtime'
import { Job, PersistentVolumeClaim, StatefulSet } from '@fairlead/kube-types'

import type { DatabaseCluster } from './api/database-clusters.ts'
import { backupOf } from './database-pods.ts'

/**
 * Backs up a cluster that is being deleted, and keeps the claim that has the backup. A cluster whose
 * backup fails stays, and says so, until somebody deletes the Job, which is then tried again.
 */
export async function backUp(
  cluster: DeepReadonly<DatabaseCluster>,
  { client, cache, signal, event }: OperatorContext<object>,
) {
  const { namespace, name } = cluster.metadata
  // What never had pods has nothing that could be lost.
  if (!cache.get(StatefulSet, { namespace, name: `${name}-database` })) return {}
  const made = cache.get(Job, { namespace, name: `${name}-last-backup` })
  const job = made ?? (await client.create(Job, backupOf(cluster), { signal }))
  const { state, message } = readinessOf(job)
  if (state === 'failed') {
    throw new Error(`${message}: to try again, delete the Job ${job.metadata.name}`)
  }
  if (state === 'progressing') return { requeueAfterMs: 60_000 }
  const claim = { namespace, name: `${name}-backups` }
  const body = { metadata: { ownerReferences: null } }
  await client.patch(PersistentVolumeClaim, claim, { type: 'merge', body }, { signal })
  event({
    type: 'Normal',
    reason: 'BackedUp',
    note: `the last backup is in the claim ${claim.name}`,
  })
  return {}
}
