import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { startApiServer, type ApiServer } from './index.ts'
import { TestClient } from './test-support/test-client.ts'

const pods = '/api/v1/namespaces/default/pods'
const deployments = '/apis/apps/v1/namespaces/default/deployments'
const autoscalers = (version: string): string =>
  `/apis/autoscaling/${version}/namespaces/default/horizontalpodautoscalers`

let server: ApiServer
let client: TestClient

beforeAll(async () => {
  server = await startApiServer({ port: 0 })
  client = new TestClient(server)
})

afterAll(() => server.stop())

function pod(name: string, spec: object = {}): object {
  const containers = [{ name: 'c', image: 'nginx' }]
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name }, spec: { containers, ...spec } }
}

function workload(kind: string, name: string, spec: object = {}): object {
  const labels = { app: name }
  const template = { metadata: { labels }, spec: { containers: [{ name: 'c', image: 'nginx:1' }] } }
  return {
    apiVersion: 'apps/v1',
    kind,
    metadata: { name },
    spec: { selector: { matchLabels: labels }, template, ...spec },
  }
}

describe('a pod', () => {
  it('is placed on a node once, and is then given time to end', async () => {
    await client.send('POST', pods, pod('bound'))
    const binding = { apiVersion: 'v1', kind: 'Binding', metadata: { name: 'bound' } }
    const node = { kind: 'Node', name: 'n1' }
    const bound = await client.send('POST', `${pods}/bound/binding`, { ...binding, target: node })
    expect(bound).toMatchObject({ status: 201, body: { status: 'Success' } })
    const again = await client.send('POST', `${pods}/bound/binding`, { ...binding, target: node })
    expect(again).toMatchObject({
      status: 409,
      body: {
        message:
          'Operation cannot be fulfilled on pods/binding "bound": pod bound is already assigned to node "n1"',
      },
    })
    const deleted = await client.send('DELETE', `${pods}/bound`)
    expect(deleted.body).toMatchObject({ metadata: { deletionGracePeriodSeconds: 30 } })
    const table = await client.get(`${pods}/bound`, {
      accept: 'application/json;as=Table;v=v1;g=meta.k8s.io',
    })
    const { rows } = table.body as { rows: { cells: unknown[] }[] }
    expect(rows[0]?.cells.slice(0, 4)).toEqual(['bound', '0/1', 'Terminating', '0'])
    const gone = await client.send('DELETE', `${pods}/bound?gracePeriodSeconds=0`)
    expect(gone.status).toBe(200)
    expect(await client.get(`${pods}/bound`)).toMatchObject({ status: 404 })
  })

  it('keeps what it was made with, but for its image', async () => {
    await client.send('POST', pods, pod('fixed'))
    const containers = [{ name: 'c', image: 'nginx:2' }]
    const changed = await client.patch(`${pods}/fixed`, 'strategic', { spec: { containers } })
    expect(changed.status).toBe(200)
    const moved = await client.send('PUT', `${pods}/fixed`, pod('fixed', { nodeName: 'n1' }))
    expect(moved.status).toBe(422)
    expect((moved.body as { message: string }).message).toContain(
      'spec: Forbidden: pod updates may not change fields other than `spec.containers[*].image`',
    )
  })

  it('gets more containers while it runs', async () => {
    await client.send('POST', pods, pod('debugged'))
    const added = { name: 'debug', image: 'busybox', targetContainerName: 'c' }
    const patched = await client.patch(`${pods}/debugged/ephemeralcontainers`, 'strategic', {
      spec: { ephemeralContainers: [added] },
    })
    expect(patched).toMatchObject({
      status: 200,
      body: { spec: { ephemeralContainers: [{ ...added, imagePullPolicy: 'Always' }] } },
    })
    const removed = await client.patch(`${pods}/debugged/ephemeralcontainers`, 'merge', {
      spec: { ephemeralContainers: null },
    })
    expect(removed.status).toBe(422)
  })

  it('is found by fields that it does not say', async () => {
    await client.send('POST', pods, pod('found', { nodeName: 'n7' }))
    const query = 'fieldSelector=spec.hostNetwork%3Dfalse,spec.nodeName%3Dn7,status.podIP%3D'
    const { body } = await client.get(`${pods}?${query}`)
    expect(body).toMatchObject({ items: [{ metadata: { name: 'found' } }] })
  })

  it('is evicted only as its budget allows', async () => {
    const budgets = '/apis/policy/v1/namespaces/default/poddisruptionbudgets'
    await client.send('POST', pods, {
      ...pod('spared'),
      metadata: { name: 'spared', labels: { a: 'b' } },
    })
    await client.patch(`${pods}/spared/status`, 'merge', {
      status: { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] },
    })
    await client.send('POST', budgets, {
      apiVersion: 'policy/v1',
      kind: 'PodDisruptionBudget',
      metadata: { name: 'b' },
      spec: { minAvailable: 1, selector: { matchLabels: { a: 'b' } } },
    })
    const eviction = { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name: 'spared' } }
    const evict = () => client.send('POST', `${pods}/spared/eviction`, eviction)
    expect(await evict()).toMatchObject({ status: 429 })
    const allow = (disruptionsAllowed: number) =>
      client.patch(`${budgets}/b/status`, 'merge', {
        status: { observedGeneration: 1, disruptionsAllowed, desiredHealthy: 1 },
      })
    await allow(0)
    expect(await evict()).toMatchObject({
      status: 429,
      body: {
        details: {
          causes: [{ message: 'The disruption budget b needs 1 healthy pods and has 0 currently' }],
        },
      },
    })
    await allow(1)
    expect(await evict()).toMatchObject({ status: 201 })
    expect(await client.get(`${budgets}/b`)).toMatchObject({
      body: { status: { disruptionsAllowed: 0, disruptedPods: { spared: expect.any(String) } } },
    })
  })
})

describe('a workload', () => {
  it.each([
    ['Deployment', deployments],
    ['ReplicaSet', '/apis/apps/v1/namespaces/default/replicasets'],
    ['StatefulSet', '/apis/apps/v1/namespaces/default/statefulsets'],
  ])('%s is scaled', async (kind, path) => {
    await client.send('POST', path, workload(kind, 'scaled'))
    const scale = (replicas: number) =>
      client.patch(`${path}/scaled/scale`, 'merge', { spec: { replicas } })
    expect(await scale(3)).toMatchObject({
      status: 200,
      body: { spec: { replicas: 3 }, status: { replicas: 0, selector: 'app=scaled' } },
    })
    expect(await scale(-1)).toMatchObject({
      status: 422,
      body: {
        message:
          'Scale.autoscaling "scaled" is invalid: spec.replicas: Invalid value: -1: must be greater than or equal to 0',
      },
    })
    const { body } = await client.get(`${path}/scaled`)
    expect(body).toMatchObject({ metadata: { generation: 2 }, spec: { replicas: 3 } })
    const applied = await client.patch(`${path}/scaled/scale?fieldManager=me&force=true`, 'apply', {
      apiVersion: 'autoscaling/v1',
      kind: 'Scale',
      spec: { replicas: 5 },
    })
    expect(applied).toMatchObject({ status: 200, body: { spec: { replicas: 5 } } })
    const { metadata } = (await client.get(`${path}/scaled`)).body as {
      metadata: { managedFields: object[] }
    }
    expect(metadata.managedFields).toContainEqual(
      expect.objectContaining({
        manager: 'me',
        operation: 'Apply',
        subresource: 'scale',
        fieldsV1: { 'f:spec': { 'f:replicas': {} } },
      }),
    )
  })

  it('keeps its selector', async () => {
    await client.send('POST', deployments, workload('Deployment', 'kept'))
    const other = workload('Deployment', 'other', {})
    const changed = await client.send('PUT', `${deployments}/kept`, {
      ...other,
      metadata: { name: 'kept' },
    })
    expect(changed).toMatchObject({
      status: 422,
      body: {
        message:
          'Deployment.apps "kept" is invalid: spec.selector: Invalid value: ' +
          'v1.LabelSelector{MatchLabels:map[string]string{"app":"other"}, ' +
          'MatchExpressions:[]v1.LabelSelectorRequirement(nil)}: field is immutable',
      },
    })
  })

  it('job names its pods after itself, also when its name is generated', async () => {
    const template = { spec: { restartPolicy: 'Never', containers: [{ name: 'c', image: 'x' }] } }
    const { body } = await client.send('POST', '/apis/batch/v1/namespaces/default/jobs', {
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: { generateName: 'j-' },
      spec: { template },
    })
    const { metadata, spec } = body as {
      metadata: { name: string; uid: string }
      spec: { template: { metadata: { labels: Record<string, string> } } }
    }
    expect(spec.template.metadata.labels).toMatchObject({
      'job-name': metadata.name,
      'batch.kubernetes.io/controller-uid': metadata.uid,
    })
  })

  it('daemon set counts the changes of its template', async () => {
    const path = '/apis/apps/v1/namespaces/default/daemonsets'
    await client.send('POST', path, workload('DaemonSet', 'd'))
    const patch = { spec: { template: { metadata: { annotations: { a: 'b' } } } } }
    const { body } = await client.patch(`${path}/d`, 'merge', patch)
    const annotations = { 'deprecated.daemonset.template.generation': '2' }
    expect(body).toMatchObject({ metadata: { generation: 2, annotations } })
  })

  it('autoscaler is the same in both of its versions', async () => {
    const scaleTargetRef = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'x' }
    const target = { type: 'AverageValue', averageValue: '10' }
    const metrics = [
      {
        type: 'Resource',
        resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 60 } },
      },
      { type: 'Pods', pods: { metric: { name: 'calls' }, target } },
    ]
    const behavior = { scaleDown: { stabilizationWindowSeconds: 60 } }
    const created = await client.send('POST', autoscalers('v2'), {
      apiVersion: 'autoscaling/v2',
      kind: 'HorizontalPodAutoscaler',
      metadata: { name: 'h' },
      spec: { scaleTargetRef, maxReplicas: 3, metrics, behavior },
    })
    expect(created.status).toBe(201)
    const older = await client.get(`${autoscalers('v1')}/h`)
    expect(older.body).toMatchObject({
      apiVersion: 'autoscaling/v1',
      spec: { targetCPUUtilizationPercentage: 60, maxReplicas: 3, minReplicas: 1 },
    })
    const written = await client.send('PUT', `${autoscalers('v1')}/h`, older.body)
    expect(written.status).toBe(200)
    const newer = await client.get(`${autoscalers('v2')}/h`)
    const { spec } = newer.body as { spec: { metrics: { type: string }[] } }
    expect(spec.metrics.map(({ type }) => type).toSorted()).toEqual(['Pods', 'Resource'])
    expect(spec).toMatchObject({ behavior: { scaleDown: { stabilizationWindowSeconds: 60 } } })
  })
})
