import { type DeepReadonly, setControllerReference } from '@fairlead/controller-runtime'

import { DatabaseCluster } from './api/database-clusters.ts'

type Cluster = DeepReadonly<DatabaseCluster>

export const port = 5432
export const selectorOf = (name: string) => ({ 'databases.example.com/cluster': name })
const imageOf = ({ spec }: Cluster) => `postgres:${spec.version}`

/** A claim for a replica, or for the backups. */
export const claimOf = ({ spec }: Cluster) => ({
  accessModes: ['ReadWriteOnce' as const],
  resources: { requests: { storage: spec.storage } },
})

/** What the StatefulSet of a cluster is to be. */
export function podsOf(cluster: Cluster) {
  const { name } = cluster.metadata
  const container = {
    name: 'postgres',
    image: imageOf(cluster),
    ports: [{ name: 'sql', containerPort: port }],
    env: [{ name: 'POSTGRES_PASSWORD', valueFrom: passwordOf(name) }],
    volumeMounts: [{ name: 'data', mountPath: '/var/lib/postgresql' }],
    readinessProbe: { exec: { command: ['pg_isready', '--username=postgres'] } },
  }
  return {
    replicas: cluster.spec.replicas,
    serviceName: name,
    selector: { matchLabels: selectorOf(name) },
    template: { metadata: { labels: selectorOf(name) }, spec: { containers: [container] } },
    volumeClaimTemplates: [{ metadata: { name: 'data' }, spec: claimOf(cluster) }],
  }
}

/** The Job that backs a cluster up. */
export function backupOf(cluster: Cluster) {
  const { namespace, name } = cluster.metadata
  const container = {
    name: 'backup',
    image: imageOf(cluster),
    command: ['pg_dumpall', `--host=${name}`, '--username=postgres', '--file=/backups/last.sql'],
    env: [{ name: 'PGPASSWORD', valueFrom: passwordOf(name) }],
    volumeMounts: [{ name: 'backups', mountPath: '/backups' }],
  }
  const volumes = [{ name: 'backups', persistentVolumeClaim: { claimName: `${name}-backups` } }]
  const pod = { restartPolicy: 'Never' as const, containers: [container], volumes }
  const job = {
    apiVersion: 'batch/v1' as const,
    kind: 'Job' as const,
    metadata: { namespace, name: `${name}-last-backup` },
    spec: { backoffLimit: 1, template: { spec: pod } },
  }
  return setControllerReference(job, DatabaseCluster, cluster)
}

const passwordOf = (name: string) => ({
  secretKeyRef: { name: `${name}-credentials`, key: 'password' },
})
