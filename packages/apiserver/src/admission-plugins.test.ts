import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'

import { startApiServer, type ApiServer } from './index.ts'
import { TestClient } from './test-support/test-client.ts'

type Json = Record<string, unknown>

let server: ApiServer
let client: TestClient
const created: string[] = []

beforeAll(async () => {
  server = await startApiServer({ admission: { enable: ['ServiceAccount'] } })
  client = new TestClient(server)
  await create('/api/v1/namespaces/default/serviceaccounts', {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { name: 'default' },
  })
  created.length = 0
})
afterEach(async () => {
  for (const path of created.splice(0).toReversed()) await client.send('DELETE', path)
})
afterAll(async () => {
  client.close()
  await server.stop()
})

async function create(path: string, body: Json, query = '') {
  const answer = await client.send('POST', path + query, body)
  const { name = '' } = (answer.body['metadata'] ?? {}) as { name?: string }
  if (answer.status === 201 && query === '') created.push(`${path}/${name}`)
  return answer
}

const pods = '/api/v1/namespaces/default/pods'
const pod = (spec: Json = {}, container: Json = {}): Json => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'p' },
  spec: { containers: [{ name: 'c', image: 'i', ...container }], ...spec },
})
const dryPod = async (spec: Json = {}, container: Json = {}) => {
  const { status, body } = await create(pods, pod(spec, container), '?dryRun=All')
  return { status, message: body['message'], spec: body['spec'] as Json, body }
}

test('pods get a priority, tolerations and the token of their account', async () => {
  const { spec } = await dryPod()
  expect(spec).toMatchObject({
    priority: 0,
    preemptionPolicy: 'PreemptLowerPriority',
    serviceAccountName: 'default',
    tolerations: [
      { key: 'node.kubernetes.io/not-ready', tolerationSeconds: 300 },
      { key: 'node.kubernetes.io/unreachable', tolerationSeconds: 300 },
    ],
    containers: [
      {
        volumeMounts: [
          {
            name: expect.stringMatching(/^kube-api-access-[a-z0-9]{5}$/),
            readOnly: true,
            mountPath: '/var/run/secrets/kubernetes.io/serviceaccount',
          },
        ],
      },
    ],
    volumes: [{ projected: { sources: [{ serviceAccountToken: { path: 'token' } }, {}, {}] } }],
  })
  expect((await dryPod({ automountServiceAccountToken: false })).spec['volumes']).toBeUndefined()
})

test('a pod needs an account that exists', async () => {
  expect(await dryPod({ serviceAccountName: 'none' })).toMatchObject({
    status: 403,
    message:
      'pods "p" is forbidden: error looking up service account default/none: serviceaccount "none" not found',
  })
})

test('priority classes give pods their priority, and there is one default', async () => {
  const classes = '/apis/scheduling.k8s.io/v1/priorityclasses'
  const priorityClass = (name: string, value: number, globalDefault: boolean) => ({
    apiVersion: 'scheduling.k8s.io/v1',
    kind: 'PriorityClass',
    metadata: { name },
    value,
    globalDefault,
  })
  await create(classes, priorityClass('high', 1000, false))
  await create(classes, priorityClass('usual', 10, true))
  expect((await dryPod({ priorityClassName: 'high' })).spec).toMatchObject({ priority: 1000 })
  expect((await dryPod()).spec).toMatchObject({ priority: 10, priorityClassName: 'usual' })
  expect((await create(classes, priorityClass('other', 1, true))).body['message']).toBe(
    'priorityclasses.scheduling.k8s.io "other" is forbidden: PriorityClass usual is already marked as default. Only one default can exist',
  )
  expect((await dryPod({ priority: 5 })).message).toBe(
    'pods "p" is forbidden: the integer value of priority (5) must not be provided in pod spec; priority admission controller computed 10 from the given PriorityClass name',
  )
  expect((await dryPod({ priorityClassName: 'none' })).message).toBe(
    'pods "p" is forbidden: no PriorityClass with name none was found',
  )
})

test('a LimitRange gives defaults and is enforced', async () => {
  await create('/api/v1/namespaces/default/limitranges', {
    apiVersion: 'v1',
    kind: 'LimitRange',
    metadata: { name: 'l' },
    spec: {
      limits: [
        {
          type: 'Container',
          default: { cpu: '500m', memory: '1Gi' },
          defaultRequest: { cpu: '100m', memory: '1Gi' },
          min: { cpu: '50m' },
          max: { cpu: '2' },
          maxLimitRequestRatio: { cpu: '10' },
        },
        { type: 'PersistentVolumeClaim', max: { storage: '1Gi' } },
      ],
    },
  })
  const { body, spec } = await dryPod()
  expect(spec).toMatchObject({
    containers: [
      {
        resources: {
          requests: { cpu: '100m', memory: '1Gi' },
          limits: { cpu: '500m', memory: '1Gi' },
        },
      },
    ],
  })
  expect(body['metadata']).toMatchObject({
    annotations: {
      'kubernetes.io/limit-ranger':
        'LimitRanger plugin set: cpu, memory request for container c; cpu, memory limit for container c',
    },
  })
  const refused = async (resources: Json) => (await dryPod({}, { resources })).message
  expect(await refused({ requests: { cpu: '10m' }, limits: { cpu: '3' } })).toBe(
    'pods "p" is forbidden: [minimum cpu usage per Container is 50m, but request is 10m, ' +
      'maximum cpu usage per Container is 2, but limit is 3, ' +
      'cpu max limit to request ratio per Container is 10, but provided ratio is 300.000000]',
  )
  const claim = await create(
    '/api/v1/namespaces/default/persistentvolumeclaims',
    {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name: 'c' },
      spec: {
        accessModes: ['ReadWriteOnce'],
        resources: { requests: { storage: '2Gi' } },
      },
    },
    '?dryRun=All',
  )
  expect(claim.body['message']).toBe(
    'persistentvolumeclaims "c" is forbidden: maximum storage usage per PersistentVolumeClaim is 1Gi, but request is 2Gi',
  )
})

test('claims and ingresses get the default classes, and claims a finalizer', async () => {
  const classes = [
    ['/apis/storage.k8s.io/v1/storageclasses', 'storageclass.kubernetes.io/is-default-class'],
    ['/apis/networking.k8s.io/v1/ingressclasses', 'ingressclass.kubernetes.io/is-default-class'],
  ] as const
  const [storageClass, ingressClass] = [
    { apiVersion: 'storage.k8s.io/v1', kind: 'StorageClass', provisioner: 'example.com/disk' },
    {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'IngressClass',
      spec: { controller: 'example.com/ingress' },
    },
  ]
  for (const [index, [path, annotation]] of classes.entries()) {
    const metadata = { name: 'standard', annotations: { [annotation]: 'true' } }
    const body = index === 0 ? storageClass : ingressClass
    expect((await create(path, { ...body, metadata })).status).toBe(201)
  }
  const claims = '/api/v1/namespaces/default/persistentvolumeclaims'
  const claim = await create(
    claims,
    {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name: 'c' },
      spec: {
        accessModes: ['ReadWriteOnce'],
        resources: { requests: { storage: '1Gi' } },
      },
    },
    '?dryRun=All',
  )
  expect(claim.body).toMatchObject({
    metadata: { finalizers: ['kubernetes.io/pvc-protection'] },
    spec: { storageClassName: 'standard' },
  })
  const ingress = await create(
    '/apis/networking.k8s.io/v1/namespaces/default/ingresses',
    {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'Ingress',
      metadata: { name: 'i' },
      spec: { defaultBackend: { service: { name: 's', port: { number: 80 } } } },
    },
    '?dryRun=All',
  )
  expect(ingress.body).toMatchObject({ spec: { ingressClassName: 'standard' } })
})

test('a RuntimeClass adds its overhead and its constraints', async () => {
  await create('/apis/node.k8s.io/v1/runtimeclasses', {
    apiVersion: 'node.k8s.io/v1',
    kind: 'RuntimeClass',
    metadata: { name: 'box' },
    handler: 'box',
    overhead: { podFixed: { cpu: '100m' } },
    scheduling: { nodeSelector: { box: 'yes' } },
  })
  expect((await dryPod({ runtimeClassName: 'box' })).spec).toMatchObject({
    overhead: { cpu: '100m' },
    nodeSelector: { box: 'yes' },
  })
  expect((await dryPod({ runtimeClassName: 'none' })).message).toBe(
    'pods "p" is forbidden: pod rejected: RuntimeClass "none" not found',
  )
  expect((await dryPod({ runtimeClassName: 'box', nodeSelector: { box: 'no' } })).message).toBe(
    'pods "p" is forbidden: conflict: runtimeClass.scheduling.nodeSelector[box] = yes; pod.spec.nodeSelector[box] = no',
  )
})

test('a node starts with the taint of one that is not ready', async () => {
  const node = { apiVersion: 'v1', kind: 'Node', metadata: { name: 'n' } }
  expect((await create('/api/v1/nodes', node, '?dryRun=All')).body).toMatchObject({
    spec: { taints: [{ key: 'node.kubernetes.io/not-ready', effect: 'NoSchedule' }] },
  })
})

test('plugins that nobody knows cannot be chosen, and known ones can be turned off', async () => {
  await expect(startApiServer({ admission: { disable: ['Odd'] } })).rejects.toThrow(
    'admission plugin "Odd" is unknown',
  )
  await expect(startApiServer({ admission: { enable: ['AlwaysPullImages'] } })).rejects.toThrow(
    'admission plugin "AlwaysPullImages" is not served',
  )
  const bare = await startApiServer({ admission: { disable: ['Priority', 'AlwaysPullImages'] } })
  const other = new TestClient(bare)
  const answer = await other.send('POST', `${pods}?dryRun=All`, pod())
  expect(answer.body['spec']).not.toHaveProperty('priority')
  expect(answer.body['spec']).not.toHaveProperty('serviceAccountName')
  other.close()
  await bare.stop()
})

test('an account may enforce which secrets its pods use', async () => {
  await create('/api/v1/namespaces/default/serviceaccounts', {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: {
      name: 'strict',
      annotations: { 'kubernetes.io/enforce-mountable-secrets': 'true' },
    },
    secrets: [{ name: 'known' }],
    imagePullSecrets: [{ name: 'pull' }],
  })
  const from = (name: string) => ({ secretKeyRef: { name, key: 'k' } })
  const strict = (spec: Json, container: Json = {}) =>
    dryPod({ serviceAccountName: 'strict', ...spec }, container)
  const volumes = (secretName: string) => [{ name: 'v', secret: { secretName } }]
  const allowed = await strict(
    { volumes: volumes('known') },
    { env: [{ name: 'E', valueFrom: from('known') }] },
  )
  expect(allowed.status).toBe(201)
  expect(allowed.spec['imagePullSecrets']).toEqual([{ name: 'pull' }])
  const why = async (spec: Json, container?: Json) => {
    const { status, message } = await strict(spec, container)
    return [status, String(message).replace('pods "p" is forbidden: ', '')]
  }
  const other = 'is not allowed because service account strict does not reference that'
  expect(await why({ volumes: volumes('other') })).toEqual([
    403,
    `volume with secret.secretName="other" ${other} secret`,
  ])
  expect(await why({}, { env: [{ name: 'E', valueFrom: from('other') }] })).toEqual([
    403,
    `container c with envVar E referencing secret.secretName="other" ${other} secret`,
  ])
  expect(await why({}, { envFrom: [{ secretRef: { name: 'other' } }] })).toEqual([
    403,
    `container c with envFrom referencing secret.secretName="other" ${other} secret`,
  ])
  expect(await why({ imagePullSecrets: [{ name: 'other' }] })).toEqual([
    403,
    `imagePullSecrets[0].name="other" ${other} imagePullSecret`,
  ])
})

test('a mirror pod has no secrets', async () => {
  const mirror = { ...pod({ volumes: [{ name: 'v', secret: { secretName: 's' } }] }) }
  mirror['metadata'] = { name: 'p', annotations: { 'kubernetes.io/config.mirror': 'x' } }
  const { body } = await create(pods, mirror, '?dryRun=All')
  expect(body['message']).toBe('pods "p" is forbidden: a mirror pod may not reference secrets')
})

test('owners of objects need permissions, where that is enforced', async () => {
  const enforcing = await startApiServer({
    admission: { enable: ['OwnerReferencesPermissionEnforcement'] },
  })
  const admin = new TestClient(enforcing)
  const jane = new TestClient(enforcing, enforcing.addUser({ name: 'jane' }).token)
  const path = '/api/v1/namespaces/default/configmaps'
  const rbac = '/apis/rbac.authorization.k8s.io/v1/namespaces/default'
  const owner = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'd', uid: '1' }
  const owned = (blockOwnerDeletion: boolean, kind = owner.kind) => ({
    metadata: { name: 'c', ownerReferences: [{ ...owner, kind, blockOwnerDeletion }] },
  })
  try {
    await admin.send('POST', `${rbac}/roles`, {
      metadata: { name: 'r' },
      rules: [{ apiGroups: [''], resources: ['configmaps'], verbs: ['create', 'update'] }],
    })
    await admin.send('POST', `${rbac}/rolebindings`, {
      metadata: { name: 'r' },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'r' },
      subjects: [{ kind: 'User', apiGroup: 'rbac.authorization.k8s.io', name: 'jane' }],
    })
    const why = async (method: string, at: string, body: Json) => {
      const answer = await jane.send(method, at, body)
      return String(answer.body['message']).replace('configmaps "c" is forbidden: ', '')
    }
    const dry = `${path}?dryRun=All`
    expect(await why('POST', dry, owned(true))).toBe(
      "cannot set blockOwnerDeletion if an ownerReference refers to a resource you can't set finalizers on: , <nil>",
    )
    expect(await why('POST', dry, owned(true, 'Other'))).toMatch(
      /cannot find RESTMapping for APIVersion apps\/v1 Kind Other: no matches for kind "Other"/,
    )
    expect((await jane.send('POST', dry, owned(false))).status).toBe(201)
    expect((await admin.send('POST', dry, owned(true))).status).toBe(201)
    await admin.send('POST', path, { metadata: { name: 'c' } })
    expect(await why('PUT', `${path}/c`, owned(false))).toBe(
      "cannot set an ownerRef on a resource you can't delete: , <nil>",
    )
  } finally {
    admin.close()
    jane.close()
    await enforcing.stop()
  }
})

test.each([
  [{ enable: ['Nothing'] }, 'admission plugin "Nothing" is unknown'],
  [{ disable: ['RoleEscalation'] }, 'admission plugin "RoleEscalation" is unknown'],
  [{ enable: ['NodeRestriction'] }, 'admission plugin "NodeRestriction" is not served'],
])('the choice %o is refused', async (admission, message) => {
  await expect(startApiServer({ admission })).rejects.toThrow(message)
})
