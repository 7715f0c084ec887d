import { afterEach, beforeEach, describe, expect, it } from 'vitest'

import { recordAt } from '../../definitions/fields.ts'
import { StagedCluster } from '../../test-support/staged-cluster.ts'

const selector = { matchLabels: { app: 'web' } }
const outcome = 'stages.fairlead.dev/outcome'

function template(image: string, annotations: Record<string, string> = {}): object {
  const ports = [{ name: 'http', containerPort: 8080 }]
  const metadata = { labels: { app: 'web' }, annotations }
  return { metadata, spec: { containers: [{ name: 'main', image, ports }] } }
}

let cluster: StagedCluster

beforeEach(async () => {
  cluster = await StagedCluster.start()
})

afterEach(() => cluster.stop())

function status(resource: string, name: string): Record<string, unknown> {
  const object = cluster.get(resource, name)
  if (object === undefined) throw new Error(`${resource}/${name} is not there`)
  return recordAt(object, 'status')
}

function conditions(resource: string, name: string): string[] {
  const found = (status(resource, name)['conditions'] ?? []) as Record<string, string>[]
  return found.map((each) => `${each['type']}=${each['status']} ${each['reason']}`)
}

function names(resource: string): string[] {
  return cluster.list(resource).map(({ metadata }) => metadata.name ?? '')
}

function images(): string[] {
  return cluster.list('pods').map((pod) => {
    const [container] = recordAt(pod, 'spec')['containers'] as { image: string }[]
    return `${pod.metadata.name}=${container?.image}`
  })
}

describe('a pod', () => {
  const pod = (
    name: string,
    more: object = {},
    annotations: Record<string, string> = {},
  ): object => ({
    metadata: { name, labels: { app: 'web' }, annotations },
    spec: { containers: [{ name: 'main', image: 'one' }], ...more },
  })

  it('is put on a node and becomes ready', async () => {
    await cluster.create('pods', pod('web', { initContainers: [{ name: 'first', image: 'x' }] }))
    expect(cluster.get('pods', 'web')).toMatchObject({
      spec: { nodeName: 'fairlead-node' },
      status: { phase: 'Running', podIP: '10.128.0.1' },
    })
    expect(conditions('pods', 'web')).toContain('Ready=True undefined')
    expect(await cluster.restarted()).toBe(0)
  })

  it('waits where no node takes it, and for a gate of its readiness', async () => {
    await cluster.create('pods', pod('picky', { nodeSelector: { disk: 'fast' } }))
    expect(conditions('pods', 'picky')).toEqual(['PodScheduled=False Unschedulable'])
    await cluster.create('pods', pod('gated', { readinessGates: [{ conditionType: 'a/b' }] }))
    expect(conditions('pods', 'gated')).toContain('Ready=False ReadinessGatesNotReady')
    await cluster.change('nodes', 'fairlead-node', (node) => ({
      ...node,
      metadata: { ...node.metadata, labels: { ...node.metadata.labels, disk: 'fast' } },
    }))
    expect(conditions('pods', 'picky')).toContain('Ready=True undefined')
  })

  it('ends when it is not restarted, as its annotation says', async () => {
    await cluster.create('pods', pod('good', { restartPolicy: 'Never' }))
    await cluster.create('pods', pod('bad', { restartPolicy: 'Never' }, { [outcome]: 'Failed' }))
    await cluster.create('pods', pod('crash', {}, { [outcome]: 'Failed' }))
    expect(['good', 'bad', 'crash'].map((name) => status('pods', name)['phase'])).toEqual([
      'Succeeded',
      'Failed',
      'Running',
    ])
    expect(await cluster.restarted()).toBe(0)
  })

  it('takes its time where it is told to', async () => {
    cluster.stop()
    cluster = await StagedCluster.start({ podReadyMs: 5_000, podStopMs: 10_000 })
    await cluster.create('pods', pod('web'))
    expect(status('pods', 'web')['phase']).toBe('Pending')
    await cluster.advance(5_000)
    expect(status('pods', 'web')['phase']).toBe('Running')
  })
})

describe('a stateful set', () => {
  const sets = 'statefulsets.apps'
  const set = (spec: object = {}): object => ({
    metadata: { name: 'db' },
    spec: { selector, serviceName: 'db', template: template('one'), replicas: 2, ...spec },
  })

  it('has numbered pods with claims of their own', async () => {
    const resources = { requests: { storage: '1Gi' } }
    const claim = {
      metadata: { name: 'data' },
      spec: { accessModes: ['ReadWriteOnce'], resources },
    }
    await cluster.create(sets, set({ volumeClaimTemplates: [claim] }))
    expect(names('pods')).toEqual(['db-0', 'db-1'])
    expect(names('persistentvolumeclaims')).toEqual(['data-db-0', 'data-db-1'])
    expect(status('persistentvolumeclaims', 'data-db-0')).toMatchObject({ phase: 'Bound' })
    expect(status(sets, 'db')).toMatchObject({
      replicas: 2,
      readyReplicas: 2,
      availableReplicas: 2,
      currentReplicas: 2,
      updatedReplicas: 2,
    })
    expect(await cluster.restarted()).toBe(0)
    await cluster.setSpec(sets, 'db', { replicas: 1 })
    expect(names('pods')).toEqual(['db-0'])
  })

  it('updates its pods from the last one down to the partition', async () => {
    await cluster.create(sets, set({ replicas: 3 }))
    const updateStrategy = { type: 'RollingUpdate', rollingUpdate: { partition: 2 } }
    await cluster.setSpec(sets, 'db', { updateStrategy, template: template('two') })
    expect(images()).toEqual(['db-0=one', 'db-1=one', 'db-2=two'])
    expect(status(sets, 'db')).toMatchObject({ currentReplicas: 2, updatedReplicas: 1 })
    await cluster.setSpec(sets, 'db', { updateStrategy: { type: 'RollingUpdate' } })
    expect(images()).toEqual(['db-0=two', 'db-1=two', 'db-2=two'])
    const { currentRevision, updateRevision } = status(sets, 'db')
    expect(currentRevision).toBe(updateRevision)
    expect(names('controllerrevisions.apps')).toHaveLength(2)
    expect(await cluster.restarted()).toBe(0)
  })

  it('waits for one pod before it makes the next, unless in parallel', async () => {
    const stuck = template('one', { [outcome]: 'NotReady' })
    await cluster.create(sets, set({ template: stuck }))
    expect(names('pods')).toEqual(['db-0'])
    await cluster.delete(sets, 'db')
    await cluster.create(sets, set({ template: stuck, podManagementPolicy: 'Parallel' }))
    expect(names('pods')).toEqual(['db-0', 'db-1'])
  })
})

describe('a daemon set', () => {
  const sets = 'daemonsets.apps'

  it('has a pod on every node, and replaces it', async () => {
    await cluster.create(sets, {
      metadata: { name: 'agent' },
      spec: { selector, template: template('one') },
    })
    expect(status(sets, 'agent')).toMatchObject({
      desiredNumberScheduled: 1,
      currentNumberScheduled: 1,
      numberAvailable: 1,
      updatedNumberScheduled: 1,
    })
    expect(await cluster.restarted()).toBe(0)
    await cluster.setSpec(sets, 'agent', { template: template('two') })
    expect(images()).toEqual([expect.stringMatching(/=two$/)])
    expect(status(sets, 'agent')).toMatchObject({ numberAvailable: 1, observedGeneration: 2 })
    expect(await cluster.restarted()).toBe(0)
  })

  it('has none on nodes that its selector leaves out', async () => {
    const spec = { containers: [{ name: 'main', image: 'x' }], nodeSelector: { disk: 'fast' } }
    const metadata = { labels: { app: 'web' } }
    await cluster.create(sets, {
      metadata: { name: 'agent' },
      spec: { selector, template: { metadata, spec } },
    })
    expect(names('pods')).toEqual([])
  })
})

describe('a job', () => {
  const jobs = 'jobs.batch'
  const job = (spec: object = {}, annotations: Record<string, string> = {}): object => {
    const containers = [{ name: 'main', image: 'one' }]
    return {
      metadata: { name: 'work' },
      spec: {
        template: { metadata: { annotations }, spec: { restartPolicy: 'Never', containers } },
        ...spec,
      },
    }
  }

  it('is complete when its pods have succeeded', async () => {
    await cluster.create(jobs, job({ completions: 5, parallelism: 2 }))
    expect(status(jobs, 'work')).toMatchObject({ succeeded: 5, completionTime: expect.any(String) })
    expect(conditions(jobs, 'work')).toEqual([
      'SuccessCriteriaMet=True CompletionsReached',
      'Complete=True CompletionsReached',
    ])
    expect(await cluster.restarted()).toBe(0)
  })

  it('counts its indexes', async () => {
    await cluster.create(jobs, job({ completions: 4, parallelism: 4, completionMode: 'Indexed' }))
    expect(status(jobs, 'work')).toMatchObject({ succeeded: 4, completedIndexes: '0-3' })
  })

  it('fails when its pods have failed too often', async () => {
    await cluster.create(jobs, job({ backoffLimit: 2 }, { [outcome]: 'Failed' }))
    expect(status(jobs, 'work')).toMatchObject({ failed: 3 })
    expect(conditions(jobs, 'work')).toContain('Failed=True BackoffLimitExceeded')
    expect(await cluster.restarted()).toBe(0)
  })

  it('fails at once where its policy says so', async () => {
    const onExitCodes = { operator: 'In', values: [42] }
    const podFailurePolicy = { rules: [{ action: 'FailJob', onExitCodes }] }
    const annotations = { [outcome]: 'Failed', 'stages.fairlead.dev/exit-code': '42' }
    await cluster.create(jobs, job({ podFailurePolicy }, annotations))
    expect(status(jobs, 'work')).toMatchObject({ failed: 1 })
    expect(conditions(jobs, 'work')).toContain('Failed=True PodFailurePolicy')
  })

  it('is suspended and resumed', async () => {
    await cluster.create(jobs, job({ suspend: true }))
    expect(names('pods')).toEqual([])
    expect(conditions(jobs, 'work')).toEqual(['Suspended=True JobSuspended'])
    await cluster.setSpec(jobs, 'work', { suspend: false })
    expect(conditions(jobs, 'work')).toContain('Complete=True CompletionsReached')
  })

  it('may be active no longer than its deadline, and is forgotten after its time', async () => {
    const limits = { activeDeadlineSeconds: 30, ttlSecondsAfterFinished: 60 }
    await cluster.create(jobs, job(limits, { [outcome]: 'Running' }))
    await cluster.advance(30_000)
    expect(conditions(jobs, 'work')).toContain('Failed=True DeadlineExceeded')
    await cluster.advance(60_000)
    expect(names(jobs)).toEqual([])
  })
})

describe('a cron job', () => {
  const cronJobs = 'cronjobs.batch'
  const cronJob = (spec: object = {}, annotations: Record<string, string> = {}): object => {
    const containers = [{ name: 'main', image: 'one' }]
    const pod = { metadata: { annotations }, spec: { restartPolicy: 'Never', containers } }
    return {
      metadata: { name: 'nightly' },
      spec: { schedule: '*/10 * * * *', jobTemplate: { spec: { template: pod } }, ...spec },
    }
  }

  it('makes jobs when they are due, and forgets old ones', async () => {
    await cluster.create(cronJobs, cronJob())
    expect(names('jobs.batch')).toEqual([])
    await cluster.advance(10 * 60_000)
    expect(names('jobs.batch')).toEqual(['nightly-29453770'])
    expect(status(cronJobs, 'nightly')).toMatchObject({
      lastScheduleTime: '2026-01-01T00:10:00Z',
      lastSuccessfulTime: '2026-01-01T00:10:00Z',
    })
    await cluster.advance(40 * 60_000)
    expect(names('jobs.batch')).toHaveLength(3)
    expect(await cluster.restarted()).toBe(0)
  })

  it('forbids a second one while one runs, or replaces it', async () => {
    await cluster.create(
      cronJobs,
      cronJob({ concurrencyPolicy: 'Forbid' }, { [outcome]: 'Running' }),
    )
    await cluster.advance(30 * 60_000)
    expect(names('jobs.batch')).toEqual(['nightly-29453770'])
    await cluster.setSpec(cronJobs, 'nightly', { concurrencyPolicy: 'Replace' })
    await cluster.advance(10 * 60_000)
    expect(names('jobs.batch')).toEqual(['nightly-29453800'])
  })
})

describe('a service', () => {
  it('has the pods that it selects as its endpoints', async () => {
    await cluster.create('services', {
      metadata: { name: 'web' },
      spec: {
        selector: { app: 'web' },
        type: 'LoadBalancer',
        ports: [{ port: 80, targetPort: 'http' }],
      },
    })
    await cluster.create('replicasets.apps', {
      metadata: { name: 'web' },
      spec: { selector, template: template('one'), replicas: 2 },
    })
    expect(cluster.get('endpoints', 'web')).toMatchObject({
      subsets: [
        { addresses: [{ ip: '10.128.0.1' }, { ip: '10.128.0.2' }], ports: [{ port: 8080 }] },
      ],
    })
    expect(cluster.list('endpointslices.discovery.k8s.io')).toMatchObject([
      { endpoints: [{ conditions: { ready: true } }, { conditions: { ready: true } }] },
    ])
    expect(status('services', 'web')).toMatchObject({ loadBalancer: { ingress: [{}] } })
    expect(await cluster.restarted()).toBe(0)
    await cluster.setSpec('replicasets.apps', 'web', { replicas: 0 })
    expect(cluster.get('endpoints', 'web')).not.toHaveProperty('subsets')
    await cluster.delete('services', 'web')
    expect([...names('endpoints'), ...names('endpointslices.discovery.k8s.io')]).toEqual([])
  })
})

describe('a claim', () => {
  it('goes with the volume that was made for it', async () => {
    const resources = { requests: { storage: '1Gi' } }
    await cluster.create('persistentvolumeclaims', {
      metadata: { name: 'data', finalizers: ['kubernetes.io/pvc-protection'] },
      spec: { accessModes: ['ReadWriteOnce'], resources },
    })
    expect(status('persistentvolumeclaims', 'data')).toMatchObject({
      phase: 'Bound',
      capacity: { storage: '1Gi' },
    })
    expect(cluster.list('persistentvolumes')).toMatchObject([{ status: { phase: 'Bound' } }])
    expect(await cluster.restarted()).toBe(0)
    await cluster.delete('persistentvolumeclaims', 'data')
    expect([...names('persistentvolumeclaims'), ...names('persistentvolumes')]).toEqual([])
  })
})

describe('an autoscaler and a budget', () => {
  it('keep to their numbers', async () => {
    await cluster.create('deployments.apps', {
      metadata: { name: 'web' },
      spec: { selector, template: template('one') },
    })
    await cluster.create('poddisruptionbudgets.policy', {
      metadata: { name: 'web' },
      spec: { selector, maxUnavailable: 1 },
    })
    const target = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' }
    const autoscalers = 'horizontalpodautoscalers.autoscaling'
    await cluster.create(autoscalers, {
      metadata: { name: 'web' },
      spec: { scaleTargetRef: target, minReplicas: 3, maxReplicas: 5 },
    })
    expect(status('deployments.apps', 'web')).toMatchObject({ readyReplicas: 3 })
    expect(conditions(autoscalers, 'web')).toEqual([
      'AbleToScale=True SucceededGetScale',
      'ScalingActive=False FailedGetResourceMetric',
    ])
    expect(status('poddisruptionbudgets.policy', 'web')).toMatchObject({
      disruptionsAllowed: 1,
      currentHealthy: 3,
      desiredHealthy: 2,
      expectedPods: 3,
    })
    expect(await cluster.restarted()).toBe(0)
    const { revision } = cluster
    await cluster.advance(60_000)
    expect(cluster.revision).toBe(revision)
  })
})
