import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'

import { startApiServer, type ApiServer } from './index.ts'
import { TestClient, type Answer } from './test-support/test-client.ts'
import { startWebhook, type WebhookServer } from './test-support/webhook-server.ts'

const group = '/apis/admissionregistration.k8s.io/v1'
const configMaps = '/api/v1/namespaces/default/configmaps'

type Sort = 'Mutating' | 'Validating'
type Json = Record<string, unknown>
interface Review {
  readonly uid: string
  readonly [field: string]: unknown
}

let server: ApiServer
let client: TestClient
let webhook: WebhookServer
/** What webhooks answer, by path: the response, without uid. */
const answers = new Map<string, (request: Review, body: Json) => Json | undefined>()
const configured: string[] = []

beforeAll(async () => {
  server = await startApiServer()
  client = new TestClient(server)
  webhook = await startWebhook(({ body, request }) => {
    const review = body['request'] as Review
    const path = request.url?.split('?')[0] ?? ''
    const response = answers.get(path)?.(review, body) ?? { allowed: true }
    if ('raw' in response) return response['raw']
    return { ...body, request: undefined, response: { uid: review.uid, ...response } }
  })
})
afterEach(async () => {
  for (const path of configured.splice(0)) await client.send('DELETE', path)
  await client.send('DELETE', configMaps)
  answers.clear()
})
afterAll(async () => {
  client.close()
  await server.stop()
  await webhook.close()
})

async function configure(sort: Sort, name: string, webhooks: readonly Json[]): Promise<void> {
  const path = `${group}/${sort.toLowerCase()}webhookconfigurations`
  const answer = await client.send('POST', path, {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: `${sort}WebhookConfiguration`,
    metadata: { name },
    webhooks: webhooks.map((each) => ({
      name: `${name}.example.com`,
      admissionReviewVersions: ['v1'],
      sideEffects: 'None',
      clientConfig: { url: `${webhook.url}/${name}`, caBundle: webhook.caBundle },
      rules: [
        { apiGroups: [''], apiVersions: ['v1'], resources: ['configmaps'], operations: ['*'] },
      ],
      ...each,
    })),
  })
  expect(answer.status).toBe(201)
  configured.push(`${path}/${name}`)
}

const configMap = (name: string, more: Json = {}) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name },
  ...more,
})
const create = (name: string, more: Json = {}, query = '') =>
  client.send('POST', configMaps + query, configMap(name, more))
const message = ({ status, body }: Answer) => [status, body['message']]
const patchOf = (operations: unknown) => ({
  allowed: true,
  patchType: 'JSONPatch',
  patch: Buffer.from(JSON.stringify(operations)).toString('base64'),
})
const add = (path: string, value: unknown) => patchOf([{ op: 'add', path, value }])
const reviews = (path: string) => {
  const seen: Review[] = []
  answers.set(path, (request) => {
    seen.push(request)
    return { allowed: true }
  })
  return seen
}

test('a webhook is told of a creation, change and deletion', async () => {
  await configure('Validating', 'told', [{}])
  const seen = reviews('/told')
  await create('a', { data: { x: '1' } }, '?fieldManager=me')
  await client.patch(`${configMaps}/a`, 'merge', { data: { x: '2' } })
  await client.send('DELETE', `${configMaps}/a`)
  expect(seen[0]).toMatchObject({
    uid: expect.stringMatching(/^[0-9a-f-]{36}$/),
    kind: { group: '', version: 'v1', kind: 'ConfigMap' },
    resource: { group: '', version: 'v1', resource: 'configmaps' },
    requestKind: { group: '', version: 'v1', kind: 'ConfigMap' },
    requestResource: { group: '', version: 'v1', resource: 'configmaps' },
    name: 'a',
    namespace: 'default',
    operation: 'CREATE',
    userInfo: { username: 'admin', groups: ['system:masters', 'system:authenticated'] },
    object: { kind: 'ConfigMap', metadata: { name: 'a', uid: expect.any(String) } },
    oldObject: null,
    dryRun: false,
    options: { kind: 'CreateOptions', apiVersion: 'meta.k8s.io/v1', fieldManager: 'me' },
  })
  expect(seen.slice(1)).toMatchObject([
    { operation: 'UPDATE', object: { data: { x: '2' } }, oldObject: { data: { x: '1' } } },
    { operation: 'DELETE', object: null, oldObject: { data: { x: '2' } } },
  ])
})

test('a denial has the status that the webhook gives, but never a success', async () => {
  await configure('Validating', 'deny', [{}])
  const says = (status?: Json) => answers.set('/deny', () => ({ allowed: false, status }))
  says({ message: 'too odd', reason: 'Teapot', code: 418, details: { name: 'x' } })
  const denied = await create('a')
  expect(denied.status).toBe(418)
  expect(denied.body).toEqual({
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message: 'admission webhook "deny.example.com" denied the request: too odd',
    reason: 'Teapot',
    details: { name: 'x' },
    code: 418,
  })
  says({ status: 'Success', code: 200, reason: 'Odd' })
  const denies = 'admission webhook "deny.example.com" denied the request'
  expect(message(await create('a'))).toEqual([400, `${denies}: Odd`])
  says()
  expect(message(await create('a'))).toEqual([400, `${denies} without explanation`])
})

test('patches of mutating webhooks are applied in order, and seen by validating ones', async () => {
  await configure('Mutating', 'b-second', [{}])
  await configure('Mutating', 'a-first', [{}])
  await configure('Validating', 'sees', [{}])
  const seen = reviews('/sees')
  answers.set('/a-first', () => add('/data', { first: 'yes' }))
  answers.set('/b-second', ({ object }) =>
    add('/data/saw', JSON.stringify((object as Json)['data'])),
  )
  const data = { first: 'yes', saw: '{"first":"yes"}' }
  expect(await create('a')).toMatchObject({ status: 201, body: { data } })
  expect(seen[0]).toMatchObject({ object: { data } })
})

test('a webhook that wants it is asked again after a later one has changed the object', async () => {
  const asked: string[] = []
  const adds = (name: string) =>
    answers.set(`/${name}`, ({ object }) => {
      asked.push(name)
      const data = (object as { data?: Json }).data ?? {}
      return name in data ? { allowed: true } : add('/data', { ...data, [name]: 'x' })
    })
  await configure('Mutating', 'one', [{ reinvocationPolicy: 'IfNeeded' }])
  await configure('Mutating', 'three', [{}])
  await configure('Mutating', 'two', [{ reinvocationPolicy: 'IfNeeded' }])
  for (const name of ['one', 'two', 'three']) adds(name)
  await create('a')
  expect(asked).toEqual(['one', 'three', 'two', 'one'])
})

test('warnings reach the client', async () => {
  await configure('Validating', 'warns', [{}])
  answers.set('/warns', () => ({ allowed: true, warnings: ['be careful'] }))
  expect((await create('a')).headers['warning']).toBe('299 - "be careful"')
})

test('selectors, rules and exemptions say who is asked', async () => {
  const rule = { apiGroups: ['*'], apiVersions: ['*'], resources: ['*'], operations: ['CREATE'] }
  await configure('Validating', 'labelled', [{ objectSelector: { matchLabels: { a: 'b' } } }])
  await configure('Validating', 'elsewhere', [
    { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'kube-system' } } },
  ])
  await configure('Validating', 'creations', [{ rules: [{ ...rule, scope: 'Cluster' }] }])
  const [labelled, elsewhere, creations] = ['labelled', 'elsewhere', 'creations'].map((name) =>
    reviews(`/${name}`),
  )
  await create('a')
  await client.send('POST', configMaps, {
    ...configMap('b'),
    metadata: { name: 'b', labels: { a: 'b' } },
  })
  await client.send('POST', '/api/v1/namespaces', {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: 'team' },
  })
  await configure('Validating', 'exempt', [{}])
  await client.patch(`${configMaps}/b`, 'merge', { metadata: { labels: null } })
  expect(labelled?.map(({ name, operation }) => [name, operation])).toEqual([
    ['b', 'CREATE'],
    ['b', 'UPDATE'],
  ])
  expect(elsewhere).toEqual([])
  expect(creations).toMatchObject([{ namespace: 'team', name: 'team' }])
})

test('a generated name is not known to mutating webhooks, and in the object of validating ones', async () => {
  await configure('Mutating', 'before', [{}])
  await configure('Validating', 'after', [{}])
  const [before, after] = [reviews('/before'), reviews('/after')]
  const metadata = { generateName: 'gen-' }
  await client.send('POST', configMaps, { ...configMap(''), metadata })
  expect(before[0]).not.toHaveProperty('name')
  expect(after[0]).not.toHaveProperty('name')
  expect(after[0]).toMatchObject({ object: { metadata: { name: expect.stringMatching(/^gen-/) } } })
})

test('a webhook is told of a dry run', async () => {
  await configure('Validating', 'dry', [{}])
  const seen = reviews('/dry')
  expect((await create('a', {}, '?dryRun=All')).status).toBe(201)
  expect(seen).toMatchObject([{ dryRun: true, options: { dryRun: ['All'] } }])
})

test('a webhook that fails refuses the request, or is ignored', async () => {
  const down = { clientConfig: { url: 'https://127.0.0.1:1/x' }, timeoutSeconds: 1 }
  await configure('Validating', 'down', [down])
  const failed = await create('a')
  const why =
    'failed calling webhook "down.example.com": failed to call webhook: Post "https://127.0.0.1:1/x?timeout=1s": dial tcp 127.0.0.1:1: connect: connection refused'
  expect(failed).toMatchObject({
    status: 500,
    body: {
      message: `Internal error occurred: ${why}`,
      reason: 'InternalError',
      details: { causes: [{ message: why }] },
    },
  })
  await client.send('DELETE', configured.pop() ?? '')
  await configure('Validating', 'down', [{ ...down, failurePolicy: 'Ignore' }])
  expect((await create('a')).status).toBe(201)
})

test('a Service cannot be reached unless the server is told where', async () => {
  const service = { namespace: 'default', name: 'hook', path: '/v' }
  await configure('Validating', 'service', [{ clientConfig: { service } }])
  expect(message(await create('a'))).toEqual([
    500,
    'Internal error occurred: failed calling webhook "service.example.com": failed to call webhook: Post "https://hook.default.svc:443/v?timeout=10s": service "hook" not found',
  ])
})

test('an answer that is not one is a failure', async () => {
  await configure('Mutating', 'odd', [{}])
  const failure = async (answer: Json) => {
    answers.set('/odd', () => answer)
    const { status, body } = await create('a')
    expect(status).toBe(500)
    return String(body['message']).replace(
      'Internal error occurred: failed calling webhook "odd.example.com": received invalid webhook response: ',
      '',
    )
  }
  expect(await failure({ raw: {} })).toBe('webhook response was absent')
  expect(await failure({ uid: 'x' })).toMatch(/^expected response\.uid="[0-9a-f-]+", got "x"$/)
  expect(await failure({ allowed: true, patchType: 'JSONPatch' })).toBe(
    'webhook returned response.patchType but not response.patch',
  )
  expect(await failure({ ...add('/data', {}), patchType: undefined })).toBe(
    'webhook returned response.patch but not response.patchType',
  )
  expect(await failure({ ...add('/data', {}), patchType: 'Merge' })).toBe(
    'Internal error occurred: failed calling webhook "odd.example.com": unsupported patch type "Merge"',
  )
  expect(await failure(patchOf([{ op: 'remove', path: '/nothing' }]))).toMatch(
    /^Internal error occurred: remove operation does not apply/,
  )
  const undecodable =
    'Internal error occurred: failed calling webhook "odd.example.com": received undecodable patch in webhook response: '
  expect(await failure(patchOf({}))).toBe(
    `${undecodable}json: cannot unmarshal object into Go value of type jsonpatch.Patch`,
  )
  expect(await failure(patchOf([5]))).toBe(
    `${undecodable}json: cannot unmarshal number into Go value of type jsonpatch.Operation`,
  )
  expect(await failure({ ...patchOf([]), patch: Buffer.from('[x').toString('base64') })).toBe(
    `${undecodable}invalid character 'x' looking for beginning of value`,
  )
  expect(await failure(patchOf([{ op: 'replace', path: '/data', value: 5 }]))).toMatch(
    /^Internal error occurred: /,
  )
})

test('a patch that cannot be read is ignored where failures are', async () => {
  await configure('Mutating', 'lenient', [{ failurePolicy: 'Ignore' }])
  const said = { warnings: ['heard'] }
  for (const answer of [patchOf({}), { ...add('/data', {}), patchType: 'Merge' }]) {
    answers.set('/lenient', () => ({ ...answer, ...said }))
    const created = await create('a')
    expect(created.status).toBe(201)
    expect(created.headers['warning']).toBe('299 - "heard"')
    await client.send('DELETE', `${configMaps}/a`)
  }
  // One that does not apply is no failure to call.
  answers.set('/lenient', () => patchOf([{ op: 'remove', path: '/nothing' }]))
  expect((await create('a')).status).toBe(500)
})

test('an answer of wrong types, or of another version, is a failure', async () => {
  await configure('Validating', 'typed', [{}])
  const failure = async (answer: Json) => {
    answers.set('/typed', () => answer)
    const { status, body } = await create('a')
    expect(status).toBe(500)
    return String(body['message']).replace(
      'Internal error occurred: failed calling webhook "typed.example.com": failed to call webhook: ',
      '',
    )
  }
  expect(await failure({ allowed: 'yes' })).toBe(
    'json: cannot unmarshal string into Go struct field AdmissionResponse.response.allowed of type bool',
  )
  expect(await failure({ allowed: false, status: { code: 'x' } })).toBe(
    'json: cannot unmarshal string into Go struct field Status.response.status.code of type int32',
  )
  expect(await failure({ allowed: true, warnings: [5] })).toBe(
    'json: cannot unmarshal number into Go struct field AdmissionResponse.response.warnings of type string',
  )
  const older = { apiVersion: 'admission.k8s.io/v1beta1', kind: 'AdmissionReview' }
  expect(await failure({ raw: { ...older, response: { allowed: true } } })).toBe(
    'converting (v1beta1.AdmissionReview) to (v1.AdmissionReview): unknown conversion',
  )
})

test('a denial says when to try again, and nothing that no Status has', async () => {
  await configure('Validating', 'later', [{}])
  const details = { retryAfterSeconds: 3, odd: true, causes: [{ field: 'x', more: 1 }] }
  const status = { code: 429, message: 'busy', reason: 'TooManyRequests', details, odd: 1 }
  answers.set('/later', () => ({ allowed: false, status }))
  const denied = await create('a')
  expect(denied.status).toBe(429)
  expect(denied.headers['retry-after']).toBe('3')
  expect(denied.body['details']).toEqual({ causes: [{ field: 'x' }], retryAfterSeconds: 3 })
})

test('conditions leave requests out, and refuse them when they fail', async () => {
  const conditions = (expression: string) => ({ matchConditions: [{ name: 'c', expression }] })
  await configure('Validating', 'some', [conditions("object.metadata.name == 'a'")])
  const seen = reviews('/some')
  await create('a')
  await create('b')
  expect(seen.map(({ name }) => name)).toEqual(['a'])
  await configure('Validating', 'failing', [conditions("object.data.none == 'x'")])
  const { status, body } = await create('c', { data: {} })
  expect(status).toBe(403)
  expect(body['message']).toMatch(
    /^configmaps "c" is forbidden: expression 'object\.data\.none == 'x'' resulted in error: no such key/,
  )
})

test('a deletion cannot be patched', async () => {
  await create('a')
  await configure('Mutating', 'eager', [{}])
  answers.set('/eager', () => add('/data', {}))
  expect(message(await client.send('DELETE', `${configMaps}/a`))).toEqual([
    500,
    'Internal error occurred: admission webhook "eager.example.com" attempted to modify the object, which is not supported for this operation',
  ])
})

test('a webhook that only knows v1beta1 is asked in it', async () => {
  await configure('Mutating', 'old', [{ admissionReviewVersions: ['v2', 'v1beta1', 'v1'] }])
  answers.set('/old', (_, body) => {
    expect(body['apiVersion']).toBe('admission.k8s.io/v1beta1')
    return { ...add('/data', { old: 'yes' }), uid: 'not checked', patchType: undefined }
  })
  expect(await create('a')).toMatchObject({ status: 201, body: { data: { old: 'yes' } } })
})

test('rules for another version of a kind match, unless they are to be exact', async () => {
  const version = {
    served: true,
    schema: {
      openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
    },
  }
  const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions'
  const defined = await client.send('POST', definitions, {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'widgets.example.com' },
    spec: {
      group: 'example.com',
      scope: 'Namespaced',
      names: { plural: 'widgets', kind: 'Widget' },
      versions: [
        { name: 'v1', storage: true, ...version },
        { name: 'v2', storage: false, ...version },
      ],
    },
  })
  expect(defined.status).toBe(201)
  const rules = [
    { apiGroups: ['example.com'], apiVersions: ['v1'], resources: ['*'], operations: ['*'] },
  ]
  await configure('Mutating', 'equivalent', [{ rules }])
  await configure('Validating', 'exact', [{ rules, matchPolicy: 'Exact' }])
  const exact = reviews('/exact')
  const asked: Review[] = []
  answers.set('/equivalent', (request) => {
    asked.push(request)
    return add('/spec', { from: 'v1' })
  })
  const widgets = '/apis/example.com/v2/namespaces/default/widgets'
  const body = { apiVersion: 'example.com/v2', kind: 'Widget', metadata: { name: 'w' } }
  expect(await client.send('POST', widgets, body)).toMatchObject({
    status: 201,
    body: { apiVersion: 'example.com/v2', spec: { from: 'v1' } },
  })
  expect(exact).toEqual([])
  expect(asked).toMatchObject([
    {
      kind: { version: 'v1' },
      requestKind: { version: 'v2' },
      resource: { version: 'v1' },
      requestResource: { version: 'v2' },
      object: { apiVersion: 'example.com/v1' },
    },
  ])
  await client.send('DELETE', `${definitions}/widgets.example.com`)
})
