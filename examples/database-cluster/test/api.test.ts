import { checkRoundTrips } from '@fairlead/kube-core'
import { expect, test } from 'vitest'

import { databaseClusters } from '../src/api/database-clusters.ts'

test('nothing gets lost between the versions', () => {
  checkRoundTrips(databaseClusters, { rounds: 300 })
})

test('a cluster can be read in both versions', () => {
  const cluster = {
    apiVersion: 'databases.example.com/v1beta1',
    kind: 'DatabaseCluster',
    metadata: { namespace: 'shop', name: 'orders' },
    spec: {
      replicas: 5,
      minReplicas: 4,
      version: '17',
      environment: 'production',
      storage: '10Gi',
    },
  } as const
  const old = databaseClusters.convert(cluster, 'v1alpha1')
  expect(old).toMatchObject({
    apiVersion: 'databases.example.com/v1alpha1',
    metadata: { annotations: { 'databases.example.com/v1beta1': '{"minReplicas":4}' } },
    spec: { size: 5, production: true, version: '17', storage: '10Gi' },
  })
  expect(databaseClusters.convert(old, 'v1beta1')).toEqual(cluster)
})
