import { isJsonObject, objectOrEmpty, type JsonObject } from '@fairlead/base'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { publishedDocument } from './api-types/published-document.ts'
import { startApiServer, type ApiServer } from './index.ts'
import { TestClient } from './test-support/test-client.ts'

const group = 'leases.example.com'
const collection = `/apis/${group}/v1/namespaces/{namespace}/leases`

const definition = {
  metadata: { name: `leases.${group}` },
  spec: {
    group,
    scope: 'Namespaced',
    names: { plural: 'leases', kind: 'Lease', singular: 'lease', listKind: 'LeaseList' },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        subresources: {
          status: {},
          scale: { specReplicasPath: '.spec.replicas', statusReplicasPath: '.status.replicas' },
        },
        schema: {
          openAPIV3Schema: {
            type: 'object',
            properties: {
              spec: {
                type: 'object',
                required: ['inside', 'none'],
                properties: {
                  port: { 'x-kubernetes-int-or-string': true, default: 80 },
                  none: { type: 'array', nullable: true, items: { type: 'string' } },
                  inside: {
                    type: 'object',
                    'x-kubernetes-embedded-resource': true,
                    properties: { spec: { type: 'object' } },
                  },
                },
              },
            },
          },
        },
      },
    ],
  },
}

/** The published operations on leases, as the definition's kind would have them. */
function publishedAs(path: string): JsonObject {
  const text = (publishedDocument(path) ?? '{}')
    .replaceAll('CoordinationV1', 'LeasesExampleComV1')
    .replaceAll('coordination_v1', 'leasesExampleCom_v1')
    .replaceAll('io.k8s.api.coordination.v1.', 'com.example.leases.v1.')
    .replaceAll('coordination.k8s.io', group)
  return objectOrEmpty(JSON.parse(text))
}

/** What must be the same of an operation of a built-in kind and of a custom one. */
function essence(operation: unknown): JsonObject {
  const { consumes: _1, produces: _2, requestBody, responses, ...kept } = objectOrEmpty(operation)
  return {
    ...kept,
    parameters: kept['parameters'] ?? [],
    description: String(kept['description']).replace('list or watch', 'list'),
    body: schemasIn(requestBody),
    answers: Object.entries(objectOrEmpty(responses)).map(([code, answer]) => [
      code,
      objectOrEmpty(answer)['description'],
      schemasIn(answer),
    ]),
  }
}

/** In what the builder for custom kinds differs: it has two parameters more, and two parts less. */
function ownParts(path: string, method: string, own: JsonObject, wanted: JsonObject): JsonObject {
  const { answers, ...rest } = wanted
  if (method === 'patch' && Array.isArray(answers)) {
    return { ...rest, answers: answers.filter(([code]) => code !== '201') }
  }
  if (path.endsWith('{name}') && method === 'get') return { parameters: own['parameters'] }
  const isOfSeveral = path === collection && method === 'delete'
  return isOfSeveral ? { parameters: own['parameters'], body: [] } : {}
}

function schemasIn(part: unknown): string[] {
  return [
    ...new Set(
      [...JSON.stringify(part ?? {}).matchAll(/"\$ref":"([^"]+)"/g)].map(([, each = '']) => each),
    ),
  ]
}

function pathsOf(document: JsonObject): Readonly<Record<string, JsonObject>> {
  return objectOrEmpty(document['paths']) as Record<string, JsonObject>
}

describe('OpenAPI of a custom kind', () => {
  let server: ApiServer
  let documents: Readonly<Record<string, readonly [ours: JsonObject, published: JsonObject]>>
  beforeAll(async () => {
    server = await startApiServer({ port: 0 })
    const client = new TestClient(server)
    const path = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions'
    expect((await client.send('POST', path, definition)).status).toBe(201)
    const v3 = await client.get(`/openapi/v3/apis/${group}/v1`)
    expect(v3.status).toBe(200)
    const v2 = await client.get('/openapi/v2')
    documents = {
      3: [v3.body, publishedAs('apis/coordination.k8s.io/v1')],
      2: [v2.body, publishedAs('v2')],
    }
    client.close()
  })
  afterAll(() => server.stop())

  it.each(['2', '3'])('describes in v%s the operations that a built-in kind has', (version) => {
    const [ours = {}, published = {}] = documents[version] ?? []
    for (const path of [collection, `${collection}/{name}`, `/apis/${group}/v1/leases`]) {
      const { parameters, ...operations } = objectOrEmpty(pathsOf(ours)[path])
      const { parameters: wanted, ...others } = objectOrEmpty(pathsOf(published)[path])
      expect(parameters).toEqual(wanted)
      expect(Object.keys(operations).toSorted()).toEqual(Object.keys(others).toSorted())
      for (const [method, operation] of Object.entries(operations)) {
        const wantedOf = essence(others[method])
        expect(essence(operation)).toEqual({
          ...wantedOf,
          ...ownParts(path, method, essence(operation), wantedOf),
        })
      }
    }
  })

  it('describes subresources, and what is read with which parameters', () => {
    const paths = pathsOf(documents['3']?.[0] ?? {})
    expect(paths[`${collection}/{name}`]?.['get']).toMatchObject({
      parameters: [{ name: 'resourceVersion' }],
    })
    expect(paths[collection]?.['delete']).toMatchObject({
      operationId: 'deleteLeasesExampleComV1CollectionNamespacedLease',
    })
    expect(paths[`${collection}/{name}/status`]).toMatchObject({
      get: {
        operationId: 'readLeasesExampleComV1NamespacedLeaseStatus',
        description: 'read status of the specified Lease',
      },
      put: { 'x-kubernetes-action': 'put' },
      patch: {
        requestBody: {
          content: { 'application/apply-patch+yaml': {} },
        },
      },
    })
    expect(
      schemasIn(objectOrEmpty(paths[`${collection}/{name}/scale`]?.['put'])['requestBody']),
    ).toEqual(['#/components/schemas/io.k8s.api.autoscaling.v1.Scale'])
  })

  it.each(['2', '3'])('defines in v%s every schema that it refers to', (version) => {
    const [document = {}] = documents[version] ?? []
    const schemas = objectOrEmpty(
      version === '3' ? objectOrEmpty(document['components'])['schemas'] : document['definitions'],
    )
    const ofParameters = Object.keys(objectOrEmpty(document['parameters']))
    const known = new Set([...Object.keys(schemas), ...ofParameters])
    const referred = schemasIn(document).map((each) => each.slice(each.lastIndexOf('/') + 1))
    expect(referred.filter((name) => !known.has(name))).toEqual([])
  })

  it('says of objects in objects what all objects have, and what a number or text is', () => {
    const properties = (version: '2' | '3') => {
      const document = documents[version]?.[0] ?? {}
      const all = version === '2' ? document : objectOrEmpty(document['components'])
      const schemas = objectOrEmpty(all[version === '2' ? 'definitions' : 'schemas'])
      const kind = objectOrEmpty(schemas['com.example.leases.v1.Lease'])
      const spec = objectOrEmpty(objectOrEmpty(kind['properties'])['spec'])
      return isJsonObject(spec) ? spec : {}
    }
    const inside = {
      required: ['kind', 'apiVersion'],
      properties: { apiVersion: { type: 'string' }, kind: { type: 'string' }, spec: {} },
    }
    expect(properties('3')).toMatchObject({
      required: ['inside', 'none'],
      properties: {
        inside: { ...inside, properties: { metadata: { allOf: [{}] } } },
        none: { type: 'array', nullable: true },
        port: { anyOf: [{ type: 'integer' }, { type: 'string' }], default: 80 },
      },
    })
    const second = properties('2')
    expect(second).toMatchObject({ properties: { inside }, required: ['inside'] })
    expect(second['properties']).toMatchObject({
      none: expect.not.objectContaining({ type: 'array' }) as object,
      port: expect.not.objectContaining({ default: 80 }) as object,
    })
  })
})
