import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { startApiServer, type ApiServer } from '../../index.ts'
import { TestClient, type Answer } from '../../test-support/test-client.ts'

const inDefault = '/api/v1/namespaces/default'

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

function causes({ body }: Answer): string[] {
  const { details } = body as { details?: { causes?: { field: string; message: string }[] } }
  return (details?.causes ?? []).map(({ field, message }) => `${field}: ${message}`)
}

function warnings({ headers }: Answer): string[] {
  const warning = headers['warning'] ?? ''
  return String(warning)
    .split(/, (?=299 - )/)
    .filter((each) => each !== '')
    .map((each) => JSON.parse(each.slice('299 - '.length)) as string)
}

async function create(path: string, kind: string, name: string, fields: object): Promise<Answer> {
  const { metadata = {}, ...rest } = fields as { metadata?: object }
  const object = { apiVersion: 'v1', kind, metadata: { name, ...metadata }, ...rest }
  const answer = await client.send('POST', path, object)
  expect(answer.status).toBe(201)
  return answer
}

const patched = (path: string, patch: object): Promise<Answer> => client.patch(path, 'merge', patch)

const label = "name part must consist of alphanumeric characters, '-', '_' or '.'"

describe('the causes of a refused change', () => {
  it.each([
    ['configmaps', 'ConfigMap', {}, 4],
    ['resourcequotas', 'ResourceQuota', {}, 3],
    ['limitranges', 'LimitRange', { spec: { limits: [] } }, 3],
    ['events', 'Event', { involvedObject: { namespace: 'default' } }, 2],
  ])(
    'name wrong labels of %s as often as they are looked at',
    async (plural, kind, rest, times) => {
      await create(`${inDefault}/${plural}`, kind, 'labelled', rest)
      const answer = await patched(`${inDefault}/${plural}/labelled`, {
        metadata: { labels: { 'a b': 'c' } },
      })
      expect(causes(answer)).toHaveLength(times)
      expect(new Set(causes(answer)).size).toBe(1)
      expect(causes(answer)[0]).toContain(label)
    },
  )

  it('say of an immutable ConfigMap first that it may not change', async () => {
    await create(`${inDefault}/configmaps`, 'ConfigMap', 'fixed', { immutable: true })
    const answer = await patched(`${inDefault}/configmaps/fixed`, { data: { 'a b': 'c' } })
    expect(causes(answer).map((cause) => cause.split(':', 1)[0])).toEqual(['data', 'data[a b]'])
  })

  it('name what a quota had when its scopes are gone', async () => {
    const spec = { hard: { pods: '1' }, scopes: ['BestEffort'] }
    await create(`${inDefault}/resourcequotas`, 'ResourceQuota', 'scoped', { spec })
    const answer = await patched(`${inDefault}/resourcequotas/scoped`, { spec: { scopes: null } })
    expect(causes(answer)).toEqual([
      'spec.scopes: Invalid value: []core.ResourceQuotaScope(nil): field is immutable',
    ])
  })

  it('name the finalizers of a namespace by their places', async () => {
    await create('/api/v1/namespaces', 'Namespace', 'ending', {})
    const answer = await client.send('PUT', '/api/v1/namespaces/ending/finalize', {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: 'ending' },
      spec: { finalizers: ['kubernetes', 'mine'] },
    })
    expect(causes(answer)).toEqual([
      'spec.finalizers[1]: Invalid value: "mine": name is neither a standard finalizer name nor is it fully qualified',
    ])
  })

  it('say twice what is wrong with the class of a load balancer', async () => {
    const spec = { type: 'LoadBalancer', loadBalancerClass: 'a/b', ports: [{ port: 80 }] }
    await create(`${inDefault}/services`, 'Service', 'balanced', { spec })
    const change = { spec: { loadBalancerClass: 'a b' } }
    const found = causes(await patched(`${inDefault}/services/balanced`, change))
    expect(found).toHaveLength(3)
    expect(found[0]).toContain('may not change once set')
    expect(found[1]).toBe(found[2])
  })
})

describe('a node', () => {
  const address = { type: 'InternalIP', address: '10.1.1.1' }

  it('is created with its status', async () => {
    const status = { capacity: { cpu: '2' }, addresses: [address] }
    const { body } = await create('/api/v1/nodes', 'Node', 'registered', { status })
    expect(body).toMatchObject({ status: { ...status, allocatable: { cpu: '2' } } })
  })

  it('has each address once, and its blocks and names for good', async () => {
    const spec = { podCIDR: '10.1.0.0/24', providerID: 'a', externalID: 'x' }
    const created = await create('/api/v1/nodes', 'Node', 'n', { spec })
    expect(warnings(created)).toEqual([
      'spec.externalID: this field is deprecated, and is unused by Kubernetes',
    ])
    const status = { addresses: [address, address], config: { error: 'e' } }
    expect(causes(await patched('/api/v1/nodes/n/status', { status }))).toEqual([
      'status.addresses[1]: Duplicate value: core.NodeAddress{Type:"InternalIP", Address:"10.1.1.1"}',
    ])
    const changed = await patched('/api/v1/nodes/n', {
      spec: {
        podCIDR: '10.2.0.0/24',
        podCIDRs: ['10.2.0.0/24'],
        providerID: 'b',
        externalID: 'y',
        taints: [{ key: 'a', effect: 'E' }],
      },
    })
    const taint =
      'metadata.taints[0].effect: Unsupported value: "E": supported values: "NoSchedule", "PreferNoSchedule", "NoExecute"'
    expect(causes(changed)).toEqual([
      taint,
      'spec.podCIDRs: Forbidden: node updates may not change podCIDR except from "" to valid',
      'spec.providerID: Forbidden: node updates may not change providerID except from "" to valid',
      taint,
      'spec.externalID: Forbidden: may not be updated',
    ])
  })

  it('has blocks of addresses of both families, if two', async () => {
    await create('/api/v1/nodes', 'Node', 'blocks', {})
    const spec = { podCIDR: '10.1.0.0/24', podCIDRs: ['10.1.0.0/24', '10.2'] }
    expect(causes(await patched('/api/v1/nodes/blocks', { spec }))).toEqual([
      'spec.podCIDRs[1]: Invalid value: "10.2": must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)',
      'spec.podCIDRs: Internal error: invalid PodCIDRs. failed to check with dual stack with error:invalid CIDR[1]: <nil> (invalid CIDR address: 10.2)',
      'spec.podCIDRs: Invalid value: []string{"10.1.0.0/24", "10.2"}: may specify no more than one CIDR for each IP family',
    ])
  })

  it('is found by whether pods can be placed on it', async () => {
    await create('/api/v1/nodes', 'Node', 'open', {})
    await create('/api/v1/nodes', 'Node', 'closed', { spec: { unschedulable: true } })
    const named = async (selector: string): Promise<string[]> => {
      const { body } = await client.get(`/api/v1/nodes?fieldSelector=${selector}`)
      return (body['items'] as { metadata: { name: string } }[]).map(
        ({ metadata }) => metadata.name,
      )
    }
    expect(await named('spec.unschedulable=true')).toEqual(['closed'])
    expect(await named('spec.unschedulable=false')).toContain('open')
  })
})

describe('a volume', () => {
  const terms = (key: string): object => ({
    required: {
      nodeSelectorTerms: [{ matchExpressions: [{ key, operator: 'In', values: ['a'] }] }],
    },
  })
  const spec = {
    capacity: { storage: '1Gi' },
    accessModes: ['ReadWriteOnce'],
    persistentVolumeReclaimPolicy: 'Recycle',
    cephfs: { monitors: ['m'] },
    nodeAffinity: terms('beta.kubernetes.io/os'),
  }
  const annotations = { 'volume.beta.kubernetes.io/storage-class': 'c' }

  it('comes with warnings of what is deprecated', async () => {
    const fields = { metadata: { annotations }, spec }
    const created = await create('/api/v1/persistentvolumes', 'PersistentVolume', 'old', fields)
    expect(warnings(created)).toEqual([
      'metadata.annotations[volume.beta.kubernetes.io/storage-class]: deprecated since v1.8; use "storageClassName" attribute instead',
      'spec.persistentVolumeReclaimPolicy: The Recycle reclaim policy is deprecated. Instead, the recommended approach is to use dynamic provisioning.',
      'spec.nodeAffinity.required.nodeSelectorTerms[0].matchExpressions[0].key: beta.kubernetes.io/os is deprecated since v1.14; use "kubernetes.io/os" instead',
      'spec.cephfs: deprecated in v1.28, non-functional in v1.31+',
    ])
  })

  it('keeps its source, to which a secret for expansion can be added', async () => {
    const csi = { driver: 'd', volumeHandle: 'h' }
    const own = { capacity: spec.capacity, accessModes: spec.accessModes, csi }
    await create('/api/v1/persistentvolumes', 'PersistentVolume', 'sourced', { spec: own })
    const path = '/api/v1/persistentvolumes/sourced'
    expect(causes(await patched(path, { spec: { csi: { volumeHandle: 'i' } } }))).toEqual([
      'spec.persistentvolumesource: Forbidden: spec.persistentvolumesource is immutable after creation\n  spec.csi',
    ])
    const controllerExpandSecretRef = { name: 's', namespace: 'default' }
    const added = await patched(path, { spec: { csi: { controllerExpandSecretRef } } })
    expect(added.status).toBe(200)
  })

  it('keeps where it can be used, but for newer names of labels', async () => {
    await create('/api/v1/persistentvolumes', 'PersistentVolume', 'placed', { spec })
    const path = '/api/v1/persistentvolumes/placed'
    const renamed = await patched(path, { spec: { nodeAffinity: terms('kubernetes.io/os') } })
    expect(renamed.status).toBe(200)
    const detail = 'field is immutable, except for updating from beta label to GA'
    expect(causes(await patched(path, { spec: { nodeAffinity: terms('a/b') } }))).toEqual([
      `nodeAffinity: Invalid value: core.VolumeNodeAffinity{Required:(*core.NodeSelector)(0xc000000000)}: ${detail}`,
    ])
    expect(causes(await patched(path, { spec: { nodeAffinity: null } }))).toEqual([
      `nodeAffinity: Invalid value: "null": ${detail}`,
    ])
  })
})

describe('a claim', () => {
  const annotation = 'volume.beta.kubernetes.io/storage-class'
  const spec = { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } }
  const claims = `${inDefault}/persistentvolumeclaims`

  it('keeps its class, which may move from the annotation to the field', async () => {
    const metadata = { annotations: { [annotation]: 'c' } }
    await create(claims, 'PersistentVolumeClaim', 'annotated', { metadata, spec })
    const path = `${claims}/annotated`
    expect(
      causes(await patched(path, { metadata: { annotations: { [annotation]: 'd' } } })),
    ).toEqual([`metadata.annotations.${annotation}: Invalid value: "d": field is immutable`])
    const other = await patched(path, { spec: { storageClassName: 'd' } })
    expect(causes(other)[0]).toMatch(
      /^spec: Forbidden: spec is immutable after creation .* for bound claims\n {2}spec\.storageClassName$/,
    )
    const moved = { metadata: { annotations: null }, spec: { storageClassName: 'c' } }
    expect(await patched(path, moved)).toMatchObject({ status: 200 })
  })

  it('has a status that makes sense', async () => {
    await create(claims, 'PersistentVolumeClaim', 'sized', { spec })
    const status = {
      capacity: { storage: '-1' },
      allocatedResources: { cpu: '1' },
      allocatedResourceStatuses: { storage: 'Unheard' },
      currentVolumeAttributesClassName: 'gone',
    }
    expect(causes(await patched(`${claims}/sized/status`, { status }))).toEqual([
      'status.capacity[storage]: Invalid value: -1: must be a valid resource quantity',
      'status.allocatedResourceStatus: Unsupported value: storage: supported values: "ControllerResizeInProgress", "ControllerResizeInfeasible", "NodeResizeInProgress", "NodeResizeInfeasible", "NodeResizePending"',
      'status.allocatedResources: Unsupported value: "cpu": supported values: "storage"',
    ])
    const bound = { phase: 'Bound', currentVolumeAttributesClassName: 'gone' }
    const answer = await patched(`${claims}/sized/status`, { status: bound })
    expect(answer.body['status']).toEqual({ phase: 'Bound' })
  })
})

it('an account has names of Secrets only, and is warned of a deprecated annotation once', async () => {
  const annotations = { 'kubernetes.io/enforce-mountable-secrets': 'true' }
  const secrets = [{ name: 'a', kind: 'Secret', namespace: 'b' }]
  const accounts = `${inDefault}/serviceaccounts`
  const fields = { metadata: { annotations }, secrets }
  const created = await create(accounts, 'ServiceAccount', 'mounting', fields)
  expect(created.body['secrets']).toEqual([{ name: 'a' }])
  expect(warnings(created)).toHaveLength(1)
  const changed = await patched(`${accounts}/mounting`, { secrets: [{ name: 'b', uid: 'u' }] })
  expect(changed.body['secrets']).toEqual([{ name: 'b' }])
  expect(warnings(changed)).toEqual([])
})

it('a Service is warned of addresses that later versions will refuse', async () => {
  const spec = {
    type: 'LoadBalancer',
    ports: [{ port: 80 }],
    externalIPs: ['192.168.010.1', '::FFFF:1.2.3.4'],
    loadBalancerSourceRanges: ['10.0.00.0/8'],
  }
  const created = await create(`${inDefault}/services`, 'Service', 'zeros', { spec })
  const accepted = 'was accepted, but will be invalid in a future Kubernetes release'
  const problem = 'IPv4 field has octet with leading zero'
  expect(warnings(created).filter((warning) => warning.includes(accepted))).toEqual([
    `spec.externalIPs[0]: IP address ${accepted}: ParseAddr("192.168.010.1"): ${problem}`,
    `spec.loadBalancerSourceRanges[0]: IP prefix ${accepted}: netip.ParsePrefix("10.0.00.0/8"): ParseAddr("10.0.00.0"): ${problem}`,
  ])
})

describe('a Table', () => {
  const table = async (path: string): Promise<{ cells: unknown[]; conditions?: unknown }[]> => {
    const { body } = await client.get(path, {
      accept: 'application/json;as=Table;v=v1;g=meta.k8s.io',
    })
    return body['rows'] as { cells: unknown[]; conditions?: unknown }[]
  }

  it('says which pods have ended', async () => {
    const spec = { containers: [{ name: 'c', image: 'i' }] }
    await create(`${inDefault}/pods`, 'Pod', 'ended', { spec })
    expect((await table(`${inDefault}/pods/ended`))[0]).not.toHaveProperty('conditions')
    await patched(`${inDefault}/pods/ended/status`, { status: { phase: 'Failed' } })
    expect((await table(`${inDefault}/pods/ended`))[0]?.conditions).toEqual([
      { type: 'Completed', status: 'True', reason: 'Failed', message: 'The pod failed.' },
    ])
  })

  it('shows events by what they have of names, times and counts', async () => {
    await create(`${inDefault}/events`, 'Event', 'sparse', {
      involvedObject: { kind: 'Node' },
      firstTimestamp: new Date().toISOString(),
      reportingComponent: 'kubelet',
      reportingInstance: 'n1',
    })
    const cells = (await table(`${inDefault}/events/sparse`))[0]?.cells ?? []
    expect(cells[0]).toMatch(/^\d+s$/)
    expect(cells.slice(3)).toEqual(['node', '', 'kubelet, n1', '', cells[0], 1, 'sparse'])
    const { body } = await client.get(`${inDefault}/events?fieldSelector=source%3Dkubelet`)
    expect(body['items']).toHaveLength(1)
  })
})

it('an event is gone when it is deleted, whatever is said of its dependents', async () => {
  await create(`${inDefault}/events`, 'Event', 'alone', {
    involvedObject: { namespace: 'default' },
  })
  const path = `${inDefault}/events/alone`
  expect(await client.send('DELETE', `${path}?propagationPolicy=Foreground`)).toMatchObject({
    status: 200,
    body: { kind: 'Status', status: 'Success' },
  })
  expect(await client.get(path)).toMatchObject({ status: 404 })
})

it('namespaces and definitions are marked with the time alone when they are deleted', async () => {
  await create('/api/v1/namespaces', 'Namespace', 'marked', {})
  const options = (preconditions: object): object => ({
    apiVersion: 'v1',
    kind: 'DeleteOptions',
    preconditions,
  })
  const path = '/api/v1/namespaces/marked'
  const refused = await client.send('DELETE', path, options({ resourceVersion: '1' }))
  expect(refused.status).toBe(409)
  expect(refused.body['message']).toMatch(
    /^Operation cannot be fulfilled on namespaces "marked": Precondition failed: ResourceVersion in precondition: 1, ResourceVersion in object meta: \d+$/,
  )
  const { body } = await client.send('DELETE', path)
  expect(body).toMatchObject({ status: { phase: 'Terminating' } })
  expect(body['metadata']).toHaveProperty('deletionTimestamp')
  expect(body['metadata']).not.toHaveProperty('deletionGracePeriodSeconds')

  const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions'
  const schema = { openAPIV3Schema: { type: 'object' } }
  const created = await client.send('POST', definitions, {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'things.ex.com' },
    spec: {
      group: 'ex.com',
      scope: 'Cluster',
      names: { plural: 'things', kind: 'Thing' },
      versions: [{ name: 'v1', served: true, storage: true, schema }],
    },
  })
  expect(created.status).toBe(201)
  const ended = await client.send('DELETE', `${definitions}/things.ex.com`)
  expect(ended.body['metadata']).toMatchObject({ generation: 1 })
  expect(ended.body['metadata']).not.toHaveProperty('deletionGracePeriodSeconds')
  const { conditions } = ended.body['status'] as { conditions: { type: string }[] }
  expect(conditions.find(({ type }) => type === 'Terminating')).toMatchObject({
    reason: 'InstanceDeletionPending',
    message:
      'CustomResourceDefinition marked for deletion; CustomResource deletion will begin soon',
  })
})
