import type { KubernetesObject } from '@fairlead/kube-core'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

import { recordAt } from '../../../definitions/fields.ts'
import { StagedCluster } from '../../../test-support/staged-cluster.ts'
import { revisionOf } from './revisions.ts'

const deployments = 'deployments.apps'
const replicaSets = 'replicasets.apps'

function template(image: string, annotations: Record<string, string> = {}): object {
  const metadata = { labels: { app: 'web' }, annotations }
  return { metadata, spec: { containers: [{ name: 'main', image }] } }
}

function deployment(spec: object = {}): object {
  const selector = { matchLabels: { app: 'web' } }
  return { metadata: { name: 'web' }, spec: { selector, template: template('one'), ...spec } }
}

describe('a deployment', () => {
  let cluster: StagedCluster

  beforeEach(async () => {
    cluster = await StagedCluster.start()
  })

  afterEach(() => cluster.stop())

  const status = (): Record<string, unknown> =>
    recordAt(cluster.get(deployments, 'web') as KubernetesObject, 'status')
  const condition = (type: string): unknown =>
    (status()['conditions'] as { type: string }[]).find((each) => each.type === type)
  const sizes = (): unknown[] =>
    cluster
      .list(replicaSets)
      .toSorted((a, b) => revisionOf(a) - revisionOf(b))
      .map((set) => [String(revisionOf(set)), recordAt(set, 'spec')['replicas']])

  it('gets a ReplicaSet and pods, and says so', async () => {
    await cluster.create(deployments, deployment({ replicas: 3 }))
    expect(status()).toMatchObject({
      observedGeneration: 1,
      replicas: 3,
      updatedReplicas: 3,
      readyReplicas: 3,
      availableReplicas: 3,
    })
    expect(condition('Available')).toMatchObject({ status: 'True' })
    expect(condition('Progressing')).toMatchObject({
      status: 'True',
      reason: 'NewReplicaSetAvailable',
    })
    expect(cluster.list('pods')).toHaveLength(3)
    expect(await cluster.restarted()).toBe(0)
  })

  it('keeps enough pods while it moves them', async () => {
    const strategy = { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } }
    await cluster.create(deployments, deployment({ replicas: 3, strategy }))
    await cluster.setSpec(deployments, 'web', { template: template('two') })
    expect(sizes()).toEqual([
      ['1', 0],
      ['2', 3],
    ])
    expect(status()).toMatchObject({ observedGeneration: 2, updatedReplicas: 3, replicas: 3 })
    expect(await cluster.restarted()).toBe(0)
  })

  it('stops where new pods do not become ready, and times out', async () => {
    await cluster.create(deployments, deployment({ replicas: 4, progressDeadlineSeconds: 60 }))
    const stuck = template('two', { 'stages.fairlead.dev/outcome': 'NotReady' })
    await cluster.setSpec(deployments, 'web', { template: stuck })
    expect(sizes()).toEqual([
      ['1', 3],
      ['2', 2],
    ])
    expect(condition('Progressing')).toMatchObject({ reason: 'ReplicaSetUpdated' })
    await cluster.advance(61_000)
    expect(condition('Progressing')).toMatchObject({
      status: 'False',
      reason: 'ProgressDeadlineExceeded',
      message: expect.stringMatching(/^ReplicaSet "web-[a-z0-9]+" has timed out progressing\.$/),
    })
    expect(await cluster.restarted()).toBe(0)
    await cluster.setSpec(deployments, 'web', { template: template('one') })
    expect(sizes()).toEqual([
      ['2', 0],
      ['3', 4],
    ])
    expect(condition('Progressing')).toMatchObject({ reason: 'NewReplicaSetAvailable' })
  })

  it('is scaled in proportion while it is rolled out', async () => {
    const strategy = { type: 'RollingUpdate', rollingUpdate: { maxSurge: 3, maxUnavailable: 2 } }
    await cluster.create(deployments, deployment({ replicas: 10, strategy }))
    const stuck = template('two', { 'stages.fairlead.dev/outcome': 'NotReady' })
    await cluster.setSpec(deployments, 'web', { template: stuck })
    expect(sizes()).toEqual([
      ['1', 8],
      ['2', 5],
    ])
    await cluster.setSpec(deployments, 'web', { replicas: 15 })
    // As Kubernetes' documentation of proportional scaling has it.
    expect(sizes()).toEqual([
      ['1', 11],
      ['2', 7],
    ])
  })

  it('ends all old pods before it makes new ones, where it recreates', async () => {
    await cluster.create(deployments, deployment({ replicas: 2, strategy: { type: 'Recreate' } }))
    await cluster.setSpec(deployments, 'web', { template: template('two') })
    expect(sizes()).toEqual([
      ['1', 0],
      ['2', 2],
    ])
    expect(status()).toMatchObject({ availableReplicas: 2 })
    expect(await cluster.restarted()).toBe(0)
  })

  it('does nothing while it is paused', async () => {
    await cluster.create(deployments, deployment())
    await cluster.setSpec(deployments, 'web', { paused: true, template: template('two') })
    expect(sizes()).toEqual([['1', 1]])
    expect(condition('Progressing')).toMatchObject({
      status: 'Unknown',
      reason: 'DeploymentPaused',
    })
    await cluster.setSpec(deployments, 'web', { replicas: 2 })
    expect(sizes()).toEqual([['1', 2]])
    await cluster.setSpec(deployments, 'web', { paused: false })
    expect(sizes()).toEqual([
      ['1', 0],
      ['2', 2],
    ])
  })

  it('forgets revisions beyond its limit', async () => {
    await cluster.create(deployments, deployment({ revisionHistoryLimit: 1 }))
    for (const image of ['two', 'three', 'four']) {
      await cluster.setSpec(deployments, 'web', { template: template(image) })
    }
    expect(sizes()).toEqual([
      ['3', 0],
      ['4', 1],
    ])
  })

  it('takes ReplicaSets that nobody owns, and leaves what it does not select', async () => {
    await cluster.create(deployments, deployment())
    const [set] = cluster.list(replicaSets)
    await cluster.change(replicaSets, set?.metadata.name ?? '', (object) => {
      const { ownerReferences: _, ...metadata } = object.metadata
      return { ...object, metadata }
    })
    expect(cluster.list(replicaSets)).toMatchObject([
      { metadata: { ownerReferences: [{ name: 'web' }] } },
    ])
    const [pod] = cluster.list('pods')
    await cluster.change('pods', pod?.metadata.name ?? '', (object) => ({
      ...object,
      metadata: { ...object.metadata, labels: { app: 'other' } },
    }))
    expect(cluster.list('pods')).toHaveLength(2)
  })

  it('goes with all that it has', async () => {
    await cluster.create(deployments, deployment({ replicas: 2 }))
    await cluster.delete(deployments, 'web')
    expect([...cluster.list(replicaSets), ...cluster.list('pods')]).toEqual([])
  })

  it('tells why it has no pods', async () => {
    await cluster.create(deployments, deployment({ minReadySeconds: 30 }))
    expect(condition('Available')).toMatchObject({ status: 'False' })
    await cluster.advance(30_000)
    expect(condition('Available')).toMatchObject({ status: 'True' })
  })
})
