import type { KubernetesObject } from '@fairlead/kube-core'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

import { recordAt, textAt } from '../../definitions/fields.ts'
import { StagedCluster } from '../../test-support/staged-cluster.ts'

const selector = { matchLabels: { app: 'web' } }
const labels = { app: 'web' }
const template = {
  metadata: { labels },
  spec: { containers: [{ name: 'main', image: 'one' }] },
}
const minuteMs = 60_000

let cluster: StagedCluster

beforeEach(async () => {
  cluster = await StagedCluster.start()
})

afterEach(() => cluster.stop())

/** What has been told of the objects of a kind, in order, without the random ends of names. */
function told(kind: string): string[] {
  return events(kind).map((event) => {
    const message = textAt(event, 'message').replaceAll(
      /(web|work)-[a-z0-9]+(-[a-z0-9]{5})?/g,
      '$1-*',
    )
    return `${textAt(recordAt(event, 'source'), 'component')} ${textAt(event, 'reason')}: ${message}`
  })
}

function events(kind: string): KubernetesObject[] {
  const all = cluster
    .list('events')
    .filter((event) => recordAt(event, 'involvedObject')['kind'] === kind)
  const suffix = ({ metadata }: KubernetesObject): bigint =>
    BigInt(`0x${metadata.name?.split('.').at(-1)}`)
  return all.toSorted((a, b) => (suffix(a) < suffix(b) ? -1 : 1))
}

const deployment = (spec: object = {}): object => ({
  metadata: { name: 'web' },
  spec: { replicas: 1, selector, template, ...spec },
})
const pod = (spec: object = {}, annotations: Record<string, string> = {}): object => ({
  metadata: { name: 'web', labels, annotations },
  spec: { containers: [{ name: 'main', image: 'one' }], ...spec },
})

describe('events', () => {
  it('tell the story of a deployment as a cluster does', async () => {
    await cluster.create('deployments.apps', deployment())
    await cluster.setSpec('deployments.apps', 'web', { replicas: 0 })
    expect(told('Deployment')).toEqual([
      'deployment-controller ScalingReplicaSet: Scaled up replica set web-* from 0 to 1',
      'deployment-controller ScalingReplicaSet: Scaled down replica set web-* from 1 to 0',
    ])
    expect(told('ReplicaSet')).toEqual([
      'replicaset-controller SuccessfulCreate: Created pod: web-*',
      'replicaset-controller SuccessfulDelete: Deleted pod: web-*',
    ])
    expect(told('Pod')).toEqual([
      expect.stringMatching(/^ Scheduled: Successfully assigned default\/web-\* to fairlead-node$/),
      'kubelet Pulled: Container image "one" already present on machine',
      'kubelet Created: Created container: main',
      'kubelet Started: Started container main',
      'kubelet Killing: Stopping container main',
    ])
  })

  it('name who reports what, in the form of each', async () => {
    await cluster.create('pods', pod())
    const [scheduled, pulled] = events('Pod')
    expect(scheduled).toMatchObject({
      action: 'Binding',
      eventTime: '2026-01-01T00:00:00.000000Z',
      firstTimestamp: null,
      reportingComponent: 'default-scheduler',
      source: {},
      metadata: { managedFields: [{ manager: 'kube-scheduler' }] },
    })
    expect(pulled).toMatchObject({
      metadata: { name: expect.stringMatching(/^web\.[0-9a-f]{16}$/) },
      involvedObject: { kind: 'Pod', name: 'web', fieldPath: 'spec.containers{main}' },
      type: 'Normal',
      count: 1,
      firstTimestamp: '2026-01-01T00:00:00Z',
      lastTimestamp: '2026-01-01T00:00:00Z',
      eventTime: null,
      source: { component: 'kubelet', host: 'fairlead-node' },
      reportingComponent: 'kubelet',
      reportingInstance: 'fairlead-node',
    })
  })

  it('say why pods do not run', async () => {
    await cluster.create('pods', pod({ nodeSelector: { disk: 'fast' } }))
    const preemption =
      'preemption: 0/1 nodes are available: 1 Preemption is not helpful for scheduling.'
    expect(told('Pod')).toEqual([
      ` FailedScheduling: 0/1 nodes are available: 1 node(s) didn't match Pod's node affinity/selector. ${preemption}`,
    ])
    await cluster.delete('pods', 'web')
    await cluster.setSpec('nodes', 'fairlead-node', { unschedulable: true })
    await cluster.create('pods', pod())
    expect(told('Pod').at(-1)).toBe(
      ` FailedScheduling: 0/1 nodes are available: 1 node(s) were unschedulable. ${preemption}`,
    )
    await cluster.delete('pods', 'web')
    await cluster.setSpec('nodes', 'fairlead-node', { unschedulable: false })
    await cluster.create('pods', pod({}, { 'stages.fairlead.dev/outcome': 'Failed' }))
    expect(told('Pod').at(-1)).toMatch(
      /^kubelet BackOff: Back-off restarting failed container main in pod web_default\(.+\)$/,
    )
  })

  it('become one when many are alike, and few when there are too many', async () => {
    await cluster.create('replicasets.apps', deployment({ replicas: 40 }))
    const made = events('ReplicaSet')
    expect(made).toHaveLength(10)
    expect(made.at(-1)).toMatchObject({
      message: expect.stringMatching(/^\(combined from similar events\): Created pod: web-/),
      count: 16,
    })
    const { revision } = cluster
    expect(await cluster.restarted()).toBe(0)
    expect(cluster.revision).toBe(revision)
  })

  it('tell the story of jobs', async () => {
    const containers = [{ name: 'main', image: 'one' }]
    const job = { template: { spec: { restartPolicy: 'Never', containers } } }
    await cluster.create('cronjobs.batch', {
      metadata: { name: 'work' },
      spec: { schedule: '*/10 * * * *', successfulJobsHistoryLimit: 0, jobTemplate: { spec: job } },
    })
    await cluster.advance(10 * minuteMs)
    expect(told('Job')).toEqual([
      'job-controller SuccessfulCreate: Created pod: work-*',
      'job-controller Completed: Job completed',
    ])
    expect(told('CronJob')).toEqual([
      'cronjob-controller SuccessfulCreate: Created job work-*',
      'cronjob-controller SawCompletedJob: Saw completed job: work-*, condition: Complete',
      'cronjob-controller SuccessfulDelete: Deleted job work-*',
    ])
  })

  it('tell the story of a stateful set', async () => {
    const sets = 'statefulsets.apps'
    await cluster.create(sets, deployment({ serviceName: 'web' }))
    await cluster.setSpec(sets, 'web', { replicas: 0 })
    expect(told('StatefulSet')).toEqual([
      'statefulset-controller SuccessfulCreate: create Pod web-* in StatefulSet web successful',
      'statefulset-controller SuccessfulDelete: delete Pod web-* in StatefulSet web successful',
    ])
  })
})

describe('a taint that evicts', () => {
  const taint = async (...taints: object[]): Promise<void> =>
    cluster.setSpec('nodes', 'fairlead-node', { taints })
  const full = { key: 'full', value: 'yes', effect: 'NoExecute' }

  it('deletes the pods that do not tolerate it, and says so', async () => {
    await cluster.create('pods', pod())
    await taint({ ...full, effect: 'NoSchedule' })
    expect(cluster.get('pods', 'web')).toBeDefined()
    await taint(full)
    expect(cluster.get('pods', 'web')).toBeUndefined()
    expect(told('Pod')).toContain(
      'taint-eviction-controller TaintManagerEviction: Marking for deletion Pod default/web',
    )
  })

  it('deletes the others when they have tolerated it for long enough', async () => {
    const toleration = { operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 60 }
    await cluster.create('pods', pod({ tolerations: [toleration] }))
    await taint(full)
    await cluster.advance(50_000)
    await taint()
    await cluster.advance(50_000)
    expect(cluster.get('pods', 'web')).toBeDefined()
    expect(told('Pod').at(-1)).toBe(
      'taint-eviction-controller TaintManagerEviction: Cancelling deletion of Pod default/web',
    )
    await taint(full)
    await cluster.advance(60_000)
    expect(cluster.get('pods', 'web')).toBeUndefined()
  })

  it('leaves pods that tolerate it for ever', async () => {
    await cluster.create('pods', pod({ tolerations: [{ operator: 'Exists' }] }))
    await taint(full)
    await cluster.advance(60 * minuteMs)
    expect(cluster.get('pods', 'web')).toBeDefined()
  })
})
