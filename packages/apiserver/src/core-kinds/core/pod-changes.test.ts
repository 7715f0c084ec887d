import { afterAll, beforeAll, expect, it } from 'vitest'

import { startApiServer, type ApiServer } from '../../index.ts'
import { TestClient } from '../../test-support/test-client.ts'

const inDefault = '/api/v1/namespaces/default'
const pods = `${inDefault}/pods`

let server: ApiServer
let client: TestClient

beforeAll(async () => {
  server = await startApiServer({ controllers: false })
  client = new TestClient(server)
})
afterAll(async () => {
  client.close()
  await server.stop()
})

async function create(name: string, spec: object = {}): Promise<string> {
  const containers = [{ name: 'c', image: 'i' }]
  const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name }, spec: { containers, ...spec } }
  expect(await client.send('POST', pods, pod)).toMatchObject({ status: 201 })
  return `${pods}/${name}`
}

it('a status has both fields for addresses, and nothing of features that are off', async () => {
  const path = await create('addressed')
  const container = { name: 'c', image: 'i', imageID: 'x', ready: true, restartCount: 0 }
  const status = {
    phase: 'Running',
    podIP: '10.1.0.1',
    resize: 'Proposed',
    resourceClaimStatuses: [{ name: 'claim' }],
    containerStatuses: [
      { ...container, resources: {}, allocatedResources: { cpu: '1' }, user: { linux: {} } },
    ],
  }
  const { body } = await client.patch(`${path}/status`, 'merge', { status })
  expect(body['status']).toEqual({
    phase: 'Running',
    qosClass: 'BestEffort',
    podIP: '10.1.0.1',
    podIPs: [{ ip: '10.1.0.1' }],
    containerStatuses: [{ ...container, state: {}, lastState: {} }],
  })
  const podIPs = [{ ip: 'fd00::1' }, { ip: '10.1.0.2' }]
  const newer = await client.patch(`${path}/status`, 'merge', { status: { podIP: null, podIPs } })
  expect(newer.body['status']).toMatchObject({ podIP: 'fd00::1', podIPs })
})

it('what is wrong with the addresses of a status is said in the order of a real server', async () => {
  const path = await create('misaddressed')
  const causes = async (status: object): Promise<unknown> => {
    const { body } = await client.patch(`${path}/status`, 'merge', { status })
    const { details } = body as { details: { causes: { field: string; message: string }[] } }
    return details.causes.map(({ field, message }) => `${field}: ${message}`)
  }
  const [odd, same] = [
    [{ ip: '10.1.0.1' }, { ip: '10.1' }],
    [{ ip: '10.1.0.1' }, { ip: '10.1.0.1' }],
  ]
  const each = 'may specify no more than one IP for each IP family'
  expect(await causes({ podIPs: odd })).toEqual([
    'status.podIPs[1]: Invalid value: "10.1": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)',
    'status.podIPs: Internal error: failed to check for dual stack with error:invalid IP[1]: 10.1',
    `status.podIPs: Invalid value: []core.PodIP{core.PodIP{IP:"10.1.0.1"}, core.PodIP{IP:"10.1"}}: ${each}`,
  ])
  const ofHost = 'core.HostIP{IP:"10.1.0.1"}'
  expect(await causes({ hostIP: '10.1.0.1', hostIPs: same })).toEqual([
    `status.hostIPs[1]: Duplicate value: ${ofHost}`,
    `status.hostIPs: Invalid value: []core.HostIP{${ofHost}, ${ofHost}}: ${each}`,
  ])
})

it('ports of init containers are named as those of the first', async () => {
  const port = { containerPort: 1, hostPort: 1 }
  const initContainers = ['a', 'b'].map((name) => ({ name, image: 'i', ports: [port, port] }))
  const containers = [{ name: 'c', image: 'i' }]
  const spec = { containers, initContainers }
  const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'ported' }, spec }
  const { body } = await client.send('POST', pods, pod)
  const { details } = body as { details: { causes: { field: string }[] } }
  expect(details.causes.map(({ field }) => field)).toEqual([
    'spec.initContainers[0].ports[1].hostPort',
    'spec.initContainers[0].ports[1].hostPort',
  ])
})

it('a pod that is held back may only be placed more narrowly', async () => {
  const required = 'requiredDuringSchedulingIgnoredDuringExecution'
  const affinity = (...keys: string[]): object => ({
    nodeAffinity: {
      [required]: {
        nodeSelectorTerms: keys.map((key) => ({
          matchExpressions: [{ key, operator: 'In', values: ['v'] }],
        })),
      },
    },
  })
  const path = await create('held', {
    schedulingGates: [{ name: 'a.b/c' }],
    affinity: affinity('k'),
  })
  const message = async (...keys: string[]): Promise<unknown> => {
    const { body } = await client.patch(path, 'merge', { spec: { affinity: affinity(...keys) } })
    return body['message']
  }
  const field = `spec.affinity.nodeAffinity.${required}.nodeSelectorTerms`
  const term = (key: string): string =>
    `core.NodeSelectorTerm{MatchExpressions:[]core.NodeSelectorRequirement{core.NodeSelectorRequirement{Key:"${key}", Operator:"In", Values:[]string{"v"}}}, MatchFields:[]core.NodeSelectorRequirement(nil)}`
  expect(await message('l')).toBe(
    `Pod "held" is invalid: ${field}[0]: Invalid value: ${term('l')}: only additions are allowed (no mutations or deletions)`,
  )
  expect(await message('k', 'l')).toBe(
    `Pod "held" is invalid: ${field}: Invalid value: []core.NodeSelectorTerm{${term('k')}, ${term('l')}}: no additions/deletions to non-empty NodeSelectorTerms list are allowed`,
  )
})

it('a pod is placed by a Binding too, and found by the older names of fields', async () => {
  await create('bound')
  const binding = { apiVersion: 'v1', kind: 'Binding', target: { name: 'n1' } }
  const bind = (metadata: object) =>
    client.send('POST', `${inDefault}/bindings`, { ...binding, metadata })
  expect(await bind({ name: 'bound' })).toMatchObject({
    status: 201,
    body: { kind: 'Status', status: 'Success' },
  })
  expect(await bind({ name: 'missing' })).toMatchObject({ status: 404 })
  expect(await bind({})).toMatchObject({
    status: 400,
    body: { message: 'Name parameter required.' },
  })
  const { body } = await client.get(`${pods}?fieldSelector=spec.host%3Dn1`)
  expect(body['items']).toMatchObject([{ metadata: { name: 'bound' } }])
})

it('whoever watches sees a pod end before it is gone, also when it ends at once', async () => {
  const path = await create('ending')
  const { body } = await client.get(pods)
  const { resourceVersion } = body['metadata'] as { resourceVersion: string }
  const deleted = await client.send('DELETE', path)
  expect(deleted.body).toMatchObject({
    kind: 'Pod',
    metadata: { deletionTimestamp: expect.any(String) as string, deletionGracePeriodSeconds: 0 },
  })
  const watch = await client.watch(`${pods}?watch=true&resourceVersion=${resourceVersion}`)
  const metadata = { name: 'ending', deletionGracePeriodSeconds: 0 }
  expect(await watch.next()).toMatchObject({ type: 'MODIFIED', object: { metadata } })
  expect(await watch.next()).toMatchObject({ type: 'DELETED', object: { metadata } })
  watch.close()
})

it('who asks again can give a pod less time, and changes nothing otherwise', async () => {
  const path = await create('given-time', { nodeName: 'n1' })
  const period = async (query: string): Promise<unknown> => {
    const { body } = await client.send('DELETE', `${path}${query}`)
    const { deletionGracePeriodSeconds, finalizers } = body['metadata'] as Record<string, unknown>
    return [deletionGracePeriodSeconds, finalizers]
  }
  expect(await period('?gracePeriodSeconds=9')).toEqual([9, undefined])
  expect(await period('?propagationPolicy=Foreground')).toEqual([9, undefined])
  expect(await period('?gracePeriodSeconds=20')).toEqual([9, undefined])
  expect(await period('?gracePeriodSeconds=4')).toEqual([4, undefined])
  expect(await period('?gracePeriodSeconds=-1')).toEqual([1, undefined])
  expect(await period('?gracePeriodSeconds=0')).toEqual([0, undefined])
  expect(await client.get(path)).toMatchObject({ status: 404 })
})

it('who says a profile in an annotation alone is told of the field', async () => {
  const key = 'container.apparmor.security.beta.kubernetes.io/c'
  const warning = async (securityContext: object): Promise<unknown> => {
    const { headers } = await client.send('POST', `${pods}?dryRun=All`, {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'armoured', annotations: { [key]: 'runtime/default' } },
      spec: { containers: [{ name: 'c', image: 'i' }], securityContext },
    })
    return headers['warning']
  }
  const text = `metadata.annotations[${key}]: deprecated since v1.30; use the "appArmorProfile" field instead`
  expect(await warning({})).toBe(`299 - ${JSON.stringify(text)}`)
  expect(await warning({ appArmorProfile: { type: 'RuntimeDefault' } })).toBeUndefined()
})

it('whoever adds a container to a pod that runs owns that container alone', async () => {
  const path = `${await create('debugged')}/ephemeralcontainers`
  const spec = { ephemeralContainers: [{ name: 'd', image: 'i' }] }
  const change = { metadata: { labels: { a: 'b' } }, spec }
  const patched = await client.patch(`${path}?fieldManager=debug`, 'strategic', change)
  const { labels, managedFields } = patched.body['metadata'] as {
    labels?: object
    managedFields: { manager: string; fieldsV1: object }[]
  }
  expect(labels).toBeUndefined()
  const owned = managedFields.find(({ manager }) => manager === 'debug')?.fieldsV1
  expect(Object.keys(owned ?? {})).toEqual(['f:spec'])
  const applied = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'debugged', ...change.metadata },
  }
  const more = {
    ephemeralContainers: [{ name: 'e', image: 'i' }],
    containers: [{ name: 'c', image: 'j' }],
  }
  const body = { ...applied, spec: more }
  expect(await client.patch(`${path}?fieldManager=other`, 'apply', body)).toMatchObject({
    status: 200,
    body: {
      spec: { containers: [{ image: 'i' }], ephemeralContainers: [{ name: 'd' }, { name: 'e' }] },
    },
  })
})
