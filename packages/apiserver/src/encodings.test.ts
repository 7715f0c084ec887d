import { request } from 'node:https'

import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { decodeMessage } from './decoding/decode-message.ts'
import { parseYamlText } from './decoding/yaml-text.ts'
import { startApiServer, type ApiServer } from './index.ts'
import { readEnvelope, readMessage, writeMessage } from './protobuf/protobuf-message.ts'
import { TestClient } from './test-support/test-client.ts'

const configMaps = '/api/v1/namespaces/default/configmaps'
const things = '/apis/example.com/v1/namespaces/default/things'
const protobuf = 'application/vnd.kubernetes.protobuf'
const core = 'io.k8s.api.core.v1'
const meta = 'io.k8s.apimachinery.pkg.apis.meta.v1'

const definition = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'things.example.com' },
  spec: {
    group: 'example.com',
    scope: 'Namespaced',
    names: { plural: 'things', kind: 'Thing' },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        schema: {
          openAPIV3Schema: {
            type: 'object',
            properties: {
              spec: {
                type: 'object',
                'x-kubernetes-preserve-unknown-fields': true,
                properties: { n: { type: 'integer', minimum: 3 }, f: { type: 'number' } },
                'x-kubernetes-validations': [
                  { rule: '!has(self.n) || self.n != 9007199254740995' },
                ],
              },
            },
          },
        },
      },
    ],
  },
}

interface Raw {
  readonly status: number
  readonly type: string
  readonly body: Buffer
}

describe('encodings', () => {
  let server: ApiServer
  let client: TestClient
  beforeAll(async () => {
    server = await startApiServer({ port: 0 })
    client = new TestClient(server)
    await client.send('POST', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', definition)
  })
  afterAll(async () => {
    client.close()
    await server.stop()
  })

  /** The whole answer or, of a stream, the first `bytesMin` bytes and what came with them. */
  function raw(method: string, path: string, accept: string, body?: Buffer, bytesMin = Infinity) {
    const { promise, resolve, reject } = Promise.withResolvers<Raw>()
    const headers = {
      accept,
      authorization: `Bearer ${server.adminToken}`,
      ...(body === undefined ? {} : { 'content-type': protobuf, 'content-length': body.length }),
    }
    const call = request(server.url + path, { method, headers, ca: server.caCertificate })
    call.once('error', reject)
    call.once('response', (response) => {
      const chunks: Buffer[] = []
      const done = (): void => {
        const type = response.headers['content-type'] ?? ''
        resolve({ status: response.statusCode ?? 0, type, body: Buffer.concat(chunks) })
        call.destroy()
      }
      response.on('data', (chunk: Buffer) => {
        chunks.push(chunk)
        if (Buffer.concat(chunks).length >= bytesMin) done()
      })
      response.once('end', done)
    })
    call.end(body)
    return promise
  }

  function decoded(typeName: string, { body }: Raw): Record<string, unknown> {
    const { kind, bytes } = readEnvelope(body)
    return { ...decodeMessage(typeName, readMessage(typeName, bytes)).object, kind }
  }

  it('takes and answers protobuf', async () => {
    const object = { metadata: { name: 'pb' }, data: { a: 'é', b: 'x'.repeat(10_000) } }
    const body = writeMessage(`${core}.ConfigMap`, object, { apiVersion: 'v1', kind: 'ConfigMap' })
    const created = await raw('POST', configMaps, protobuf, body)
    expect(created).toMatchObject({ status: 201, type: protobuf })
    expect(decoded(`${core}.ConfigMap`, created)).toMatchObject(object)
    const list = await raw('GET', configMaps, `${protobuf},application/json`)
    expect(decoded(`${core}.ConfigMapList`, list)).toMatchObject({
      kind: 'ConfigMapList',
      items: expect.arrayContaining([expect.objectContaining({ data: object.data })]) as object,
    })
    const as = `${protobuf};as=PartialObjectMetadata;g=meta.k8s.io;v=v1`
    const partial = await raw('GET', `${configMaps}/pb`, as)
    expect(decoded(`${meta}.PartialObjectMetadata`, partial)).toMatchObject({
      kind: 'PartialObjectMetadata',
      metadata: { name: 'pb', namespace: 'default' },
    })
  })

  it('sends metadata alone in the older version, whose lists have other numbers', async () => {
    const name = 'of-metadata'
    await client.send('POST', configMaps, { metadata: { name, labels: { list: name } } })
    const as = (kind: string) => `${protobuf};as=${kind};g=meta.k8s.io;v=v1beta1`
    const one = await raw('GET', `${configMaps}/${name}`, as('PartialObjectMetadata'))
    expect(one).toMatchObject({ status: 200, type: protobuf })
    expect(decoded(`${meta}.PartialObjectMetadata`, one)).toMatchObject({ metadata: { name } })
    const path = `${configMaps}?labelSelector=list=${name}`
    const list = await raw('GET', path, as('PartialObjectMetadataList'))
    expect(list.type).toBe(protobuf)
    expect(readEnvelope(list.body).apiVersion).toBe('meta.k8s.io/v1beta1')
    expect(decoded(`${meta}beta1.PartialObjectMetadataList`, list)).toMatchObject({
      metadata: { resourceVersion: expect.any(String) as string },
      items: [{ metadata: { name } }],
    })
  })

  it('answers with the same long list in every encoding and form', async () => {
    const names = Array.from({ length: 40 }, (_, index) => `long-${String(index).padStart(2, '0')}`)
    const labels = { list: 'long' }
    for (const name of names) {
      await client.send('POST', configMaps, { metadata: { name, labels }, data: { a: 'é\n' } })
    }
    const path = `${configMaps}?labelSelector=list=long`
    const { body: plain } = await client.get(path)
    expect(plain).toMatchObject({ items: names.map((name) => ({ metadata: { name } })) })
    expect((await raw('GET', `${path}&pretty=1`, 'application/json')).body.toString()).toBe(
      JSON.stringify(plain, null, 2),
    )
    const yaml = await raw('GET', path, 'application/yaml')
    expect(yaml.type).toBe('application/yaml')
    expect(parseYamlText(yaml.body).value).toEqual(plain)
    const message = decoded(`${core}.ConfigMapList`, await raw('GET', path, protobuf))
    expect({ ...message, apiVersion: 'v1' }).toEqual(plain)
    await client.send('DELETE', path)
  })

  it('tells of failures in the encoding that is asked for', async () => {
    const missing = await raw('GET', `${configMaps}/none`, protobuf)
    expect(missing).toMatchObject({ status: 404, type: protobuf })
    expect(decoded(`${meta}.Status`, missing)).toMatchObject({ reason: 'NotFound', code: 404 })
    // A custom resource has no message, and what else is accepted is told in one.
    const custom = await raw('GET', things, protobuf)
    expect(custom).toMatchObject({ status: 406, type: protobuf })
    expect(decoded(`${meta}.Status`, custom)).toMatchObject({ reason: 'NotAcceptable' })
    expect(await raw('GET', things, `${protobuf},application/json`)).toMatchObject({
      status: 200,
      type: 'application/json',
    })
  })

  it('sends the events of a watch as frames of protobuf', async () => {
    const as = `${protobuf};stream=watch`
    const { type, body } = await raw(
      'GET',
      `${configMaps}?watch=1&fieldSelector=metadata.name%3Dpb`,
      as,
      undefined,
      10_000,
    )
    expect(type).toBe(`${protobuf};stream=watch`)
    const length = body.readUInt32BE(0)
    const frame = body.subarray(4, 4 + length)
    expect(frame.subarray(0, 7).toString('latin1')).toBe('\n\x05ADDED')
    const start = frame.indexOf('k8s\0')
    const { kind, bytes } = readEnvelope(frame.subarray(start))
    expect(kind).toBe('ConfigMap')
    expect(readMessage(`${core}.ConfigMap`, bytes)).toMatchObject({ metadata: { name: 'pb' } })
  })

  it('answers YAML, and refuses to stream it', async () => {
    const { status, type, body } = await raw('GET', `${configMaps}/pb`, 'application/yaml')
    expect([status, type]).toEqual([200, 'application/yaml'])
    expect(body.toString()).toContain('\nkind: ConfigMap\nmetadata:\n  creationTimestamp: "')
    expect(parseYamlText(body).value).toMatchObject({ kind: 'ConfigMap', data: { a: 'é' } })
    const watch = await raw('GET', `${configMaps}?watch=1`, 'application/yaml')
    expect(watch.status).toBe(406)
  })

  it('keeps whole numbers of 64 bits in custom resources, and judges them', async () => {
    const body = (n: string) =>
      `{"apiVersion":"example.com/v1","kind":"Thing","metadata":{"generateName":"n-"},"spec":{"n":${n},"any":[${n},1.0,-0.0,1e3],"f":${n}}}`
    const text = async (n: string) => {
      const { status, body: answer } = await client.sendText('POST', things, body(n))
      const { name } = (answer['metadata'] ?? {}) as { name?: string }
      return { status, answer, name }
    }
    const { status, name } = await text('9007199254740993')
    expect(status).toBe(201)
    const stored = await raw('GET', `${things}/${name}`, 'application/json')
    expect(stored.body.toString()).toContain(
      '"spec":{"n":9007199254740993,"any":[9007199254740993,1,-0,1000],"f":9007199254740993}',
    )
    const patch = { metadata: { labels: { a: 'b' } } }
    await client.patch(`${things}/${name}`, 'merge', patch)
    const patched = await raw('GET', `${things}/${name}`, 'application/json')
    expect(patched.body.toString()).toContain('"n":9007199254740993')
    expect(await text('9007199254740995')).toMatchObject({ status: 422 })
    expect(await text('-9007199254740993')).toMatchObject({ status: 422 })
    expect(await text('1e400')).toMatchObject({
      status: 400,
      answer: {
        message:
          'Thing in version "v1" cannot be handled as a Thing: ' +
          'json: cannot unmarshal number 1e400 into Go value of type float64',
      },
    })
  })

  it('keeps a generation of 64 bits where nobody counts it', async () => {
    const map =
      '{"apiVersion":"v1","kind":"ConfigMap","metadata":' +
      '{"name":"counted","generation":9007199254740993,"finalizers":["example.com/held"]}}'
    expect(await client.sendText('POST', configMaps, map)).toMatchObject({ status: 201 })
    const deleted = await client.send('DELETE', `${configMaps}/counted`)
    expect(deleted).toMatchObject({ status: 200, body: { metadata: { name: 'counted' } } })
    await client.patch(`${configMaps}/counted`, 'merge', { metadata: { finalizers: null } })
  })

  it('reads metadata of custom resources as their type', async () => {
    const thing = (metadata: object) => ({ apiVersion: 'example.com/v1', kind: 'Thing', metadata })
    const odd = thing({ name: 'odd', annotations: null, labels: {}, foo: 1 })
    const created = await client.send('POST', things, odd)
    expect(created.headers['warning']).toBe('299 - "unknown field \\"metadata.foo\\""')
    expect(created.body['metadata']).not.toHaveProperty('foo')
    expect(created.body['metadata']).not.toHaveProperty('labels')
    expect(await client.send('POST', things, thing({ name: 'x', labels: { a: 1 } }))).toMatchObject(
      {
        status: 400,
        body: {
          message:
            'Thing in version "v1" cannot be handled as a Thing: ' +
            'json: cannot unmarshal number into Go struct field ObjectMeta.labels of type string',
        },
      },
    )
  })

  it('warns of what YAML says twice', async () => {
    const yaml = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: twice}\ndata:\n  a: b\n  a: c\n'
    const headers = { 'content-type': 'application/yaml' }
    const { status, headers: answered } = await client.sendText('POST', configMaps, yaml, headers)
    expect([status, answered['warning']]).toEqual([
      201,
      '299 - "line 6: key \\"a\\" already set in map"',
    ])
    const strict = await client.sendText(
      'POST',
      `${configMaps}?fieldValidation=Strict`,
      yaml,
      headers,
    )
    expect(strict.body['message']).toBe(
      'ConfigMap in version "v1" cannot be handled as a ConfigMap: strict decoding error: ' +
        'yaml: unmarshal errors:\n  line 6: key "a" already set in map',
    )
  })
})
