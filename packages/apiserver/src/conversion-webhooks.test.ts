import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'

import { startApiServer, type ApiServer } from './index.ts'
import { TestClient } from './test-support/test-client.ts'
import { startWebhook, type WebhookServer } from './test-support/webhook-server.ts'

const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions'
const things = (version: string) => `/apis/example.com/${version}/namespaces/default/things`

interface Thing {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: Record<string, unknown>
  readonly [field: string]: unknown
}
interface Review {
  readonly uid: string
  readonly desiredAPIVersion: string
  readonly objects: readonly Thing[]
}

let server: ApiServer
let client: TestClient
let webhook: WebhookServer
const usual = (review: Review): Record<string, unknown> => ({
  result: { status: 'Success' },
  convertedObjects: review.objects.map((object) => converted(object, review.desiredAPIVersion)),
})
let answer = usual

beforeAll(async () => {
  server = await startApiServer()
  client = new TestClient(server)
  webhook = await startWebhook(({ body }) => {
    const review = body['request'] as Review
    return { ...body, request: undefined, response: { uid: review.uid, ...answer(review) } }
  })
})
afterEach(async () => {
  answer = usual
  await client.send('DELETE', `${definitions}/things.example.com`)
})
afterAll(async () => {
  client.close()
  await server.stop()
  await webhook.close()
})

/** `host` and `port` in v1, `address` in v2. */
function converted(object: Thing, apiVersion: string): Thing {
  const { host, port, address, ...others } = object
  if (apiVersion.endsWith('v2'))
    return { ...others, apiVersion, address: `${String(host)}:${String(port)}` }
  const [first, second] = String(address).split(':')
  return { ...others, apiVersion, host: first, port: Number(second) }
}

const stringField = { type: 'string' }
const versions = (stored: string) => [
  {
    name: 'v1',
    served: true,
    storage: stored === 'v1',
    schema: {
      openAPIV3Schema: {
        type: 'object',
        properties: { host: stringField, port: { type: 'integer', default: 80 } },
      },
    },
  },
  {
    name: 'v2',
    served: true,
    storage: stored === 'v2',
    selectableFields: [{ jsonPath: '.address' }],
    schema: { openAPIV3Schema: { type: 'object', properties: { address: stringField } } },
  },
]

async function define(stored = 'v1', reviews: readonly string[] = ['v1']): Promise<void> {
  const { status } = await client.send('POST', definitions, {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'things.example.com' },
    spec: {
      group: 'example.com',
      scope: 'Namespaced',
      names: { plural: 'things', kind: 'Thing' },
      versions: versions(stored),
      conversion: {
        strategy: 'Webhook',
        webhook: {
          conversionReviewVersions: reviews,
          clientConfig: { url: `${webhook.url}/convert`, caBundle: webhook.caBundle },
        },
      },
    },
  })
  expect(status).toBe(201)
}

const create = (version: string, name: string, fields: Record<string, unknown>) =>
  client.send('POST', things(version), {
    apiVersion: `example.com/${version}`,
    kind: 'Thing',
    metadata: { name },
    ...fields,
  })

test('objects are read and written in every version', async () => {
  await define()
  await create('v1', 'a', { host: 'x' })
  expect((await client.get(`${things('v2')}/a`)).body).toMatchObject({
    apiVersion: 'example.com/v2',
    address: 'x:80',
  })
  expect((await create('v2', 'b', { address: 'y:8080' })).body).toMatchObject({
    apiVersion: 'example.com/v2',
    address: 'y:8080',
  })
  const patched = await client.patch(`${things('v2')}/b`, 'merge', { address: 'z:1' })
  expect(patched.body).toMatchObject({ address: 'z:1', metadata: { generation: 2 } })
  expect((await client.get(`${things('v1')}/b`)).body).toMatchObject({ host: 'z', port: 1 })
  const selected = await client.get(`${things('v2')}?fieldSelector=address%3Dz:1`)
  expect(selected.body).toMatchObject({ items: [{ metadata: { name: 'b' } }] })
})

test('a list asks once for all objects that have not been converted', async () => {
  await define()
  for (const name of ['a', 'b', 'c']) await create('v1', name, { host: name })
  const before = webhook.asked.length
  const lists = await Promise.all([client.get(things('v2')), client.get(things('v2'))])
  for (const { body } of lists) {
    expect(body).toMatchObject({
      kind: 'ThingList',
      items: [{ address: 'a:80' }, { address: 'b:80' }, { address: 'c:80' }],
    })
  }
  await client.get(`${things('v2')}/a`)
  expect(webhook.asked).toHaveLength(before + 1)
  expect(webhook.asked.at(-1)).toMatchObject({
    kind: 'ConversionReview',
    apiVersion: 'apiextensions.k8s.io/v1',
    request: {
      desiredAPIVersion: 'example.com/v2',
      objects: [{ host: 'a', port: 80 }, { host: 'b' }, { host: 'c' }],
    },
  })
})

test('watches see every version in order', async () => {
  await define()
  await create('v1', 'a', { host: 'a' })
  const watch = await client.watch(`${things('v2')}?watch=true&resourceVersion=0`)
  expect(await watch.next()).toMatchObject({ type: 'ADDED', object: { address: 'a:80' } })
  await create('v1', 'b', { host: 'b' })
  await client.patch(`${things('v1')}/b`, 'merge', { port: 2 })
  await client.send('DELETE', `${things('v1')}/b`)
  expect(await watch.next()).toMatchObject({ type: 'ADDED', object: { address: 'b:80' } })
  expect(await watch.next()).toMatchObject({ type: 'MODIFIED', object: { address: 'b:2' } })
  expect(await watch.next()).toMatchObject({ type: 'DELETED', object: { address: 'b:2' } })
  watch.close()
})

test('a watch ends with an error when its objects cannot be converted', async () => {
  await define()
  const watch = await client.watch(`${things('v2')}?watch=true`)
  answer = () => ({ result: { status: 'Failed', message: 'not today' } })
  await create('v1', 'a', { host: 'a' })
  expect(await watch.next()).toMatchObject({
    type: 'ERROR',
    object: { message: 'conversion webhook for example.com/v1, Kind=Thing failed: not today' },
  })
  await expect(watch.next()).rejects.toThrow()
})

test('a webhook may change labels and annotations, and no other metadata', async () => {
  await define()
  await create('v1', 'a', { host: 'a' })
  answer = (review) => {
    const [object] = usual(review)['convertedObjects'] as Thing[]
    const metadata = { ...object?.metadata, labels: { from: 'webhook' }, generation: 77 }
    return { result: { status: 'Success' }, convertedObjects: [{ ...object, metadata }] }
  }
  const { metadata } = (await client.get(`${things('v2')}/a`)).body
  expect(metadata).toMatchObject({ labels: { from: 'webhook' }, generation: 1 })
})

test.each<[string, (review: Review, object: Thing | undefined) => Record<string, unknown>]>([
  ['failed: no', () => ({ result: { status: 'Failure', message: 'no' } })],
  ["failed: response.result.status was '', not 'Success'", () => ({ result: {} })],
  ['returned 0 objects, expected 1', () => ({ convertedObjects: [] })],
  [
    'returned invalid object at index 0: invalid groupVersion (expected example.com/v2, received example.com/v1)',
    ({ objects }) => ({ convertedObjects: objects }),
  ],
  [
    'returned invalid object at index 0: invalid kind (expected Thing, received Other)',
    (_, object) => ({ convertedObjects: [{ ...object, kind: 'Other' }] }),
  ],
  [
    'returned invalid object: must have the same name: a != b',
    (_, object) => ({
      convertedObjects: [{ ...object, metadata: { ...object?.metadata, name: 'b' } }],
    }),
  ],
  [
    'returned invalid metadata: invalid metadata.labels of type string in converted object',
    (_, object) => ({
      convertedObjects: [{ ...object, metadata: { ...object?.metadata, labels: 'x' } }],
    }),
  ],
])('an answer that is wrong is told of: %s', async (message, wrong) => {
  await define()
  await create('v1', 'a', { host: 'a' })
  answer = (review) => {
    const [object] = usual(review)['convertedObjects'] as Thing[]
    return { result: { status: 'Success' }, ...wrong(review, object) }
  }
  const got = await client.get(`${things('v2')}/a`)
  expect(got).toMatchObject({
    status: 500,
    body: { message: `conversion webhook for example.com/v1, Kind=Thing ${message}` },
  })
  expect(got.body).not.toHaveProperty('reason')
})

test('v1beta1 is spoken where the definition prefers it', async () => {
  await define('v1', ['v9', 'v1beta1', 'v1'])
  await create('v1', 'a', { host: 'a' })
  expect((await client.get(`${things('v2')}/a`)).status).toBe(200)
  expect(webhook.asked.at(-1)).toMatchObject({ apiVersion: 'apiextensions.k8s.io/v1beta1' })
})

test('a new storage version is reached by writing objects again', async () => {
  await define('v1')
  await create('v1', 'a', { host: 'a' })
  await client.patch(`${definitions}/things.example.com`, 'merge', {
    spec: { versions: versions('v2') },
  })
  const before = (await client.get(`${things('v2')}/a`)).body as unknown as Thing
  const put = () => client.send('PUT', `${things('v2')}/a`, before)
  const first = (await put()).body as unknown as Thing
  expect(first).toMatchObject({ address: 'a:80' })
  expect(first.metadata['resourceVersion']).not.toBe(before.metadata['resourceVersion'])
  const asked = webhook.asked.length
  await client.get(`${things('v2')}/a`)
  expect(webhook.asked).toHaveLength(asked)
})

test('admission webhooks are asked in the version that they want', async () => {
  await define()
  const configurations = '/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations'
  const patch = [{ op: 'replace', path: '/address', value: 'changed:9' }]
  const mutator = await startWebhook(({ body }) => ({
    ...body,
    request: undefined,
    response: {
      uid: (body['request'] as Review).uid,
      allowed: true,
      patchType: 'JSONPatch',
      patch: Buffer.from(JSON.stringify(patch)).toString('base64'),
    },
  }))
  await client.send('POST', configurations, {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'MutatingWebhookConfiguration',
    metadata: { name: 'm' },
    webhooks: [
      {
        name: 'm.example.com',
        admissionReviewVersions: ['v1'],
        sideEffects: 'None',
        clientConfig: { url: mutator.url, caBundle: mutator.caBundle },
        rules: [
          {
            apiGroups: ['example.com'],
            apiVersions: ['v2'],
            resources: ['things'],
            operations: ['CREATE'],
          },
        ],
      },
    ],
  })
  const { body } = await create('v1', 'a', { host: 'a' })
  await client.send('DELETE', `${configurations}/m`)
  await mutator.close()
  expect(mutator.asked[0]).toMatchObject({ request: { object: { address: 'a:80' } } })
  expect(body).toMatchObject({ apiVersion: 'example.com/v1', host: 'changed', port: 9 })
})
