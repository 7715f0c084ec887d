import { randomBytes } from 'node:crypto'

import { isBeingDeleted, type Manager, operator } from '@fairlead/controller-runtime'
import { Job, PersistentVolumeClaim, Secret, Service, StatefulSet } from '@fairlead/kube-types'

import { DatabaseCluster } from './api/database-clusters.ts'
import { backUp } from './backup.ts'
import { claimOf, podsOf, port, selectorOf } from './database-pods.ts'
import { setupWebhooks } from './webhooks.ts'

/** All that the operator is: for its program, its tests and its manifests. */
export function setup(manager: Manager): void {
  setupController(manager)
  setupWebhooks(manager)
}

export function setupController(manager: Manager) {
  return operator(manager)
    .for(DatabaseCluster)
    .finalizer('databases.example.com/backup', backUp)
    .child(
      Secret,
      ({ metadata: { namespace, name } }, { cache }) => {
        // Generated once: from then on, what is there is what is desired.
        const { data } = cache.get(Secret, { namespace, name: `${name}-credentials` }) ?? {}
        const password = data?.['password'] ?? newPassword()
        return { data: { password } }
      },
      { name: 'credentials' },
    )
    .child(Service, ({ metadata: { name } }) => ({
      metadata: { name },
      spec: { clusterIP: 'None', selector: selectorOf(name), ports: [{ name: 'sql', port }] },
    }))
    .child(PersistentVolumeClaim, (cluster) => ({ spec: claimOf(cluster) }), {
      name: 'backups',
      // It outlives the cluster, and belongs to the next one of the name.
      adopt: true,
      // Many volumes are made for the first pod that mounts them, and no sooner.
      ready: () => true,
    })
    .child(StatefulSet, (cluster) => ({ spec: podsOf(cluster) }), {
      name: 'database',
      after: ['credentials'],
    })
    .owns(Job)
    .reconcile(({ spec: { replicas }, status }, { children, event }) => {
      if (status?.replicas !== undefined && status.replicas !== replicas) {
        const note = `from ${status.replicas} to ${replicas} replicas`
        event({ type: 'Normal', reason: 'Scaling', note })
      }
      if (children.database.state === 'ready' && status?.phase !== 'Running') {
        event({ type: 'Normal', reason: 'Running', note: `${replicas} replicas are ready` })
      }
    })
    .status((cluster, { children, ready, error }) => {
      const { namespace, name } = cluster.metadata
      const current = error === undefined ? (ready ? 'Running' : 'Creating') : 'Failed'
      return {
        phase: isBeingDeleted(cluster) ? 'Deleting' : current,
        replicas: cluster.spec.replicas,
        readyReplicas: children.database.object?.status?.readyReplicas ?? 0,
        endpoint: `${name}.${namespace}.svc:${port}`,
      }
    })
    .build()
}

/** As Secrets have it: in base64, of a text that can stand in a URL. */
const newPassword = () => Buffer.from(randomBytes(24).toString('base64url')).toString('base64')
