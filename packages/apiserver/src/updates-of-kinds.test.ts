import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { startApiServer, type ApiServer } from './index.ts'
import { TestClient, type Answer } from './test-support/test-client.ts'

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

const storage = '/apis/storage.k8s.io/v1'
const budgets = '/apis/policy/v1/namespaces/default/poddisruptionbudgets'
const slices = '/apis/discovery.k8s.io/v1/namespaces/default/endpointslices'

const metadataOf = ({ body }: Answer) =>
  body['metadata'] as { readonly generation?: number; readonly resourceVersion: string }

const causesOf = ({ body }: Answer): readonly string[] =>
  (
    body['details'] as { readonly causes: readonly { field: string; message: string }[] }
  ).causes.map(({ field, message }) => `${field}: ${message}`)

async function created(path: string, object: object): Promise<Answer> {
  const answer = await client.send('POST', path, object)
  expect(answer.status, JSON.stringify(answer.body)).toBe(201)
  return answer
}

describe('an update', () => {
  test('creates a RuntimeClass, and then needs its version', async () => {
    const path = '/apis/node.k8s.io/v1/runtimeclasses/r'
    const object = { metadata: { name: 'r' }, handler: 'h' }
    expect((await client.send('PUT', path, object)).status).toBe(201)
    expect(causesOf(await client.send('PUT', path, object))).toEqual([
      'metadata.resourceVersion: Invalid value: 0x0: must be specified for an update',
    ])
  })

  test('of flow control needs no version', async () => {
    const path = '/apis/flowcontrol.apiserver.k8s.io/v1/flowschemas'
    const object = {
      metadata: { name: 'f' },
      spec: { matchingPrecedence: 5, priorityLevelConfiguration: { name: 'exempt' } },
    }
    await created(path, object)
    expect((await client.send('PUT', `${path}/f`, object)).status).toBe(200)
  })

  test('counts generations as the strategy of the kind does', async () => {
    const classes = '/apis/scheduling.k8s.io/v1/priorityclasses'
    await created(classes, { metadata: { name: 'p' }, value: 1 })
    const described = await client.patch(`${classes}/p`, 'merge', { description: 'd' })
    expect(metadataOf(described).generation).toBe(1)

    await created(slices, { metadata: { name: 's' }, addressType: 'IPv4', endpoints: [] })
    const labels = { a: 'b' }
    const labelled = await client.patch(`${slices}/s`, 'merge', { metadata: { labels } })
    expect(metadataOf(labelled).generation).toBe(2)

    const driver = await created(`${storage}/csidrivers`, { metadata: { name: 'd' }, spec: {} })
    expect(metadataOf(driver).generation).toBeUndefined()
    const spec = { podInfoOnMount: true }
    const changed = await client.patch(`${storage}/csidrivers/d`, 'merge', { spec })
    expect(metadataOf(changed).generation).toBe(1)
  })

  test('is judged as often as the real server does', async () => {
    const policies = '/apis/networking.k8s.io/v1/namespaces/default/networkpolicies'
    await created(policies, { metadata: { name: 'n' }, spec: { podSelector: {} } })
    const wrong = await client.patch(`${policies}/n`, 'merge', {
      metadata: { labels: { a: '-' } },
      spec: { policyTypes: ['Sideways'] },
    })
    const fields = causesOf(wrong).map((cause) => cause.split(':')[0])
    expect(fields.filter((field) => field === 'spec.policyTypes[0]')).toHaveLength(2)
    expect(fields.filter((field) => field === 'metadata.labels')).toHaveLength(4)
  })

  test('of what is fixed shows it as Go does', async () => {
    const attachments = `${storage}/volumeattachments`
    const spec = { attacher: 'a', nodeName: 'n', source: { persistentVolumeName: 'v' } }
    await created(attachments, { metadata: { name: 'a' }, spec })
    const other = await client.patch(`${attachments}/a`, 'merge', { spec: { nodeName: 'm' } })
    expect(causesOf(other)).toEqual([
      'spec: Invalid value: storage.VolumeAttachmentSpec{Attacher:"a", Source:storage.VolumeAttachmentSource{PersistentVolumeName:(*string)(0xc000000000), InlineVolumeSpec:(*core.PersistentVolumeSpec)(nil)}, NodeName:"m"}: field is immutable',
    ])

    const drivers = [{ name: 'd', nodeID: 'n', topologyKeys: ['k'] }]
    await created(`${storage}/csinodes`, { metadata: { name: 'n' }, spec: { drivers } })
    const moved = await client.patch(`${storage}/csinodes/n`, 'merge', {
      spec: { drivers: [{ ...drivers[0], nodeID: 'm' }] },
    })
    expect(causesOf(moved)).toEqual([
      'CSINodeDriver: Invalid value: storage.CSINodeDriver{Name:"d", NodeID:"m", TopologyKeys:[]string{"k"}, Allocatable:(*storage.VolumeNodeResources)(nil)}: field is immutable',
    ])
  })

  test('shows the data of a revision as bytes', async () => {
    const revisions = '/apis/apps/v1/namespaces/default/controllerrevisions'
    await created(revisions, { metadata: { name: 'r' }, data: {}, revision: 1 })
    const other = await client.patch(`${revisions}/r`, 'merge', { data: { a: 1 } })
    expect(causesOf(other)).toEqual([
      'data: Invalid value: runtime.RawExtension{Raw:[]uint8{0x7b, 0x22, 0x61, 0x22, 0x3a, 0x31, 0x7d}, Object:runtime.Object(nil)}: field is immutable',
    ])
  })

  test('of a status must have whole conditions', async () => {
    await created(budgets, { metadata: { name: 'b' }, spec: { minAvailable: 1 } })
    const conditions = [{ type: 'a b', status: 'Yes', reason: '1' }]
    const answer = await client.patch(`${budgets}/b/status`, 'merge', { status: { conditions } })
    expect(causesOf(answer).map((cause) => cause.split(':', 2).join(':'))).toEqual([
      'status.conditions[0].type: Invalid value',
      'status.conditions[0].status: Unsupported value',
      'status.conditions[0].lastTransitionTime: Required value',
      'status.conditions[0].reason: Invalid value',
    ])
  })
})

test('the metadata of a PodDisruptionBudget is judged when its fields are right', async () => {
  const metadata = { name: 'x', labels: { a: '-' } }
  const both = { metadata, spec: { minAvailable: -1 } }
  expect(causesOf(await client.send('POST', budgets, both))).toEqual([
    'spec.minAvailable: Invalid value: -1: must be greater than or equal to 0',
  ])
  const one = await client.send('POST', budgets, { metadata, spec: { minAvailable: 1 } })
  expect(causesOf(one)[0]).toMatch(/^metadata\.labels: /)
})

test('an older field of EndpointSlices is not kept', async () => {
  const endpoints = [{ addresses: ['10.1.2.3'], deprecatedTopology: { zone: 'z' } }]
  const answer = await created(slices, { metadata: { name: 't' }, addressType: 'IPv4', endpoints })
  expect(answer.body['endpoints']).toEqual([{ addresses: ['10.1.2.3'], conditions: {} }])
})

test('deprecated labels of nodes are warned of', async () => {
  const zone = 'failure-domain.beta.kubernetes.io/zone'
  const expected = 'deprecated since v1.17; use \\"topology.kubernetes.io/zone\\" instead'
  const answer = await created(`${storage}/storageclasses`, {
    metadata: { name: 'c' },
    provisioner: 'p',
    allowedTopologies: [{ matchLabelExpressions: [{ key: zone, values: ['z'] }] }],
  })
  expect(answer.headers['warning']).toBe(
    `299 - "allowedTopologies[0].matchLabelExpressions[0].key: ${expected}"`,
  )
  const runtimeClass = await created('/apis/node.k8s.io/v1/runtimeclasses', {
    metadata: { name: 'old' },
    handler: 'h',
    scheduling: { nodeSelector: { [zone]: 'z' } },
  })
  expect(runtimeClass.headers['warning']).toBe(`299 - "scheduling.nodeSelector: ${expected}"`)
})

test('events are selected by who reported them', async () => {
  const events = '/api/v1/namespaces/default/events'
  const event = { metadata: { name: 'e' }, involvedObject: { namespace: 'default' } }
  await created(events, { ...event, source: { component: 'one' } })
  const names = async (source: string) =>
    ((await client.get(`${events}?fieldSelector=source=${source}`)).body['items'] as []).length
  expect([await names('one'), await names('two')]).toEqual([1, 0])
})

test('flow schemas are shown in the order in which they are asked', async () => {
  const path = '/apis/flowcontrol.apiserver.k8s.io/v1/flowschemas'
  const accept = 'application/json;as=Table;v=v1;g=meta.k8s.io'
  const { body } = await client.get(path, { accept })
  const rows = body['rows'] as { readonly cells: readonly [string, string, number] }[]
  const order = rows.map(({ cells: [name, , precedence] }) => ({ name, precedence }))
  expect(order).toEqual(
    order.toSorted((a, b) => a.precedence - b.precedence || (a.name < b.name ? -1 : 1)),
  )
  expect(order[0]).toEqual({ name: 'exempt', precedence: 1 })
  expect(order.length).toBeGreaterThan(5)
})

test('what is found in a policy has a place', async () => {
  const path = '/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies'
  const resourceRules = [
    { apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['pods'] },
  ]
  const spec = { matchConstraints: { resourceRules }, validations: [{ expression: 'true' }] }
  await created(path, { metadata: { name: 'p' }, spec })
  const status = {
    conditions: [{ type: 'T', status: 'True', reason: 'R', message: '' }],
    typeChecking: { expressionWarnings: [{ fieldRef: ' ', warning: '' }] },
  }
  const answer = await client.patch(`${path}/p/status`, 'merge', { status })
  expect(causesOf(answer)).toEqual([
    'status.typeChecking.expressionWarnings[0].warning: Required value',
    'status.typeChecking.expressionWarnings[0].fieldRef: Required value',
    'status.conditions[0].lastTransitionTime: Required value: must be set',
  ])
})
