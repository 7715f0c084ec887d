import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { builtInResources } from './api-types/built-in-resource.ts'
import { decodeMessage } from './decoding/decode-message.ts'
import { parseYamlText } from './decoding/yaml-text.ts'
import { startApiServer, type ApiServer } from './index.ts'
import { readEnvelope, readMessage, writeMessage } from './protobuf/protobuf-message.ts'
import { differences } from './test-support/differences.ts'
import { missingFields } from './test-support/missing-fields.ts'
import { sampleObjects } from './test-support/sample-objects.ts'
import { TestClient } from './test-support/test-client.ts'

type Fields = Record<string, unknown>
interface Seen {
  readonly status: number
  readonly body: Fields
}

const protobuf = 'application/vnd.kubernetes.protobuf'
const yaml = 'application/yaml'
const meta = 'io.k8s.apimachinery.pkg.apis.meta.v1'
const as = (form: string): string => `application/json;as=${form};g=meta.k8s.io;v=v1`

let server: ApiServer
let client: TestClient

beforeAll(async () => {
  server = await startApiServer({ controllers: false })
  client = new TestClient(server)
  await client.send('POST', '/api/v1/namespaces', { metadata: { name: 'g' } })
  await client.send('POST', '/api/v1/namespaces/g/serviceaccounts', { metadata: { name: 'sa' } })
})
afterAll(async () => {
  client.close()
  await server.stop()
})

const metadataOf = (object: Fields): Fields => object['metadata'] as Fields

function without(object: Fields, ...fields: string[]): Fields {
  const metadata = Object.fromEntries(
    Object.entries(metadataOf(object)).filter(([key]) => !fields.includes(key)),
  )
  return { ...object, metadata }
}

/** Without what each creation makes anew. */
function apartFromIdentity(object: Fields): Fields {
  const text = JSON.stringify(
    without(object, 'resourceVersion', 'creationTimestamp'),
    // The second in which each was written.
    (key, value: unknown) =>
      key === 'time' || key === 'lastPhaseTransitionTime' ? undefined : value,
  )
  const uid = String(metadataOf(object)['uid'])
  return JSON.parse(
    text.replaceAll(uid, 'uid').replaceAll(/"10\.\d+\.\d+\.\d+"/g, '"IP"'),
  ) as Fields
}

/** Without what a Table says of the time that has passed. */
function withoutAges(object: object): unknown {
  return JSON.parse(JSON.stringify(object).replaceAll(/"\d+s"/g, '"0s"'))
}

/** Messages say no kinds of objects within objects. */
function withKindsOfClaims(object: Fields): void {
  for (const each of [object, ...((object['items'] ?? []) as Fields[])]) {
    const claims = (each['spec'] as Fields | undefined)?.['volumeClaimTemplates'] as Fields[]
    for (const claim of claims ?? []) {
      Object.assign(claim, { kind: 'PersistentVolumeClaim', apiVersion: 'v1' })
    }
  }
}

describe.each(sampleObjects())('$resource.kind of $object.apiVersion, $name', (sample) => {
  const { resource, name } = sample
  const version = resource.group === '' ? 'api/v1' : `apis/${resource.group}/${resource.version}`
  const place = resource.namespaced ? 'namespaces/g/' : ''
  const collection = `/${version}/${place}${resource.plural}`
  const path = `${collection}/${name}`
  const { apiVersion, kind } = sample.object as { apiVersion: string; kind: string }
  let object: Fields
  let listed: string

  function see(
    method: string,
    at: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Seen> {
    return client.send(method, at, body, headers)
  }

  async function seeProtobuf(method: string, at: string, body?: Fields): Promise<Seen> {
    const bytes = body && writeMessage(resource.type, body, { apiVersion, kind })
    const answer = await client.sendBytes(method, at, bytes, {
      accept: protobuf,
      ...(bytes && { 'content-type': protobuf }),
    })
    expect(answer.headers['content-type']).toBe(protobuf)
    const envelope = readEnvelope(answer.bytes)
    const type =
      envelope.kind === 'Status'
        ? `${meta}.Status`
        : `${resource.type}${envelope.kind.slice(kind.length)}`
    const decoded = decodeMessage(type, readMessage(type, envelope.bytes)).object
    withKindsOfClaims(decoded)
    return {
      status: answer.status,
      body: { kind: envelope.kind, apiVersion: envelope.apiVersion, ...decoded },
    }
  }

  async function seeYaml(method: string, at: string, body?: Fields): Promise<Seen> {
    const headers = { accept: yaml, ...(body && { 'content-type': yaml }) }
    const text = body && JSON.stringify(body, undefined, 1)
    const { status, bytes } = await client.sendBytes(method, at, text, headers)
    return { status, body: parseYamlText(bytes).value as Fields }
  }

  const expectSame = ({ status, body }: Seen, wanted: Fields = object): void => {
    expect(differences(body, wanted)).toEqual([])
    expect(status).toBeLessThan(300)
  }

  beforeAll(async () => {
    const before = await see('GET', collection)
    listed = metadataOf(before.body)['resourceVersion'] as string
    const dry = await see('POST', `${collection}?dryRun=All`, sample.object)
    expect(dry.status, JSON.stringify(dry.body)).toBe(201)
    expect((await see('GET', path)).status).toBe(404)
    const created = await see('POST', collection, sample.object)
    expect(created.status, JSON.stringify(created.body)).toBe(201)
    expect(differences(apartFromIdentity(dry.body), apartFromIdentity(created.body))).toEqual([])
    object = kind === 'CustomResourceDefinition' ? (await see('GET', path)).body : created.body
    listed = String(Number(metadataOf(object)['resourceVersion']) - 1)
  })

  it('is read as it was created, in every encoding', async () => {
    expectSame(await see('GET', path))
    expectSame(await seeYaml('GET', path))
    const { status, body } = await seeProtobuf('GET', path)
    expectSame({ status, body: { ...body, kind, apiVersion } })
  })

  it('is listed as it is read', async () => {
    const { kind: _kind, apiVersion: _version, ...item } = object
    const query = `?fieldSelector=metadata.name%3D${name}`
    const list = await see('GET', collection + query)
    expect(list.body).toMatchObject({ kind: `${kind}List`, apiVersion })
    expect(differences(list.body['items'], [item])).toEqual([])
    expectSame(await seeYaml('GET', collection + query), list.body)
    expectSame(await seeProtobuf('GET', collection + query), list.body)
  })

  it('is itself in a Table and in its metadata', async () => {
    const { metadata } = object
    const partial = { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata }
    expectSame(await see('GET', path, undefined, { accept: as('PartialObjectMetadata') }), partial)
    const forms: [string, Fields | undefined][] = [
      ['Object', object],
      ['Metadata', partial],
      ['None', undefined],
    ]
    for (const [included, wanted] of forms) {
      const at = `${path}?includeObject=${included}`
      const { body } = await see('GET', at, undefined, { accept: as('Table') })
      const rows = body['rows'] as { cells: unknown[]; object?: Fields }[]
      expect(rows).toHaveLength(1)
      const [row] = rows
      expect(differences(row?.object, wanted)).toEqual([])
      const columns = body['columnDefinitions'] as Fields[]
      expect(row?.cells).toHaveLength(columns.length)
    }
  })

  it('is not written when nothing changes', async () => {
    expectSame(await see('PUT', path, object))
    expectSame(await seeYaml('PUT', path, object))
    expectSame(await seeProtobuf('PUT', path, object))
    expectSame(await client.patch(path, 'merge', {}))
    expectSame(await client.patch(path, 'merge', object))
    expectSame(await client.patch(path, 'strategic', {}))
    expectSame(await client.patch(path, 'strategic', object))
    expectSame(await client.patch(path, 'json', []))
    const test = { op: 'test', path: '/metadata/name', value: name }
    expectSame(await client.patch(path, 'json', [test]))
    for (const subresource of resource.subresources ?? []) {
      if (subresource.kind !== kind || !subresource.verbs.includes('update')) continue
      const at = `${path}/${subresource.name}`
      if (subresource.verbs.includes('get')) expectSame(await see('GET', at))
      expectSame(await see('PUT', at, object))
      expectSame(await seeProtobuf('PUT', at, object))
      if (!subresource.verbs.includes('patch')) continue
      expectSame(await client.patch(at, 'merge', {}))
      expectSame(await client.patch(at, 'merge', object))
      expectSame(await client.patch(at, 'strategic', object))
    }
    expectSame(await see('GET', path))
  })

  it('is watched as it is read', async () => {
    for (const form of ['application/json', as('PartialObjectMetadata'), as('Table')]) {
      const query = `?watch=1&resourceVersion=${listed}&fieldSelector=metadata.name%3D${name}&includeObject=Object`
      const watch = await client.watch(collection + query, { accept: form })
      const event = await watch.next()
      watch.close()
      expect(event.type).toMatch(/^(ADDED|MODIFIED)$/)
      const { body } = await see('GET', `${path}?includeObject=Object`, undefined, { accept: form })
      expect(differences(withoutAges(event.object), withoutAges(body))).toEqual([])
    }
  })

  it('says who owns its fields, all of which it has', () => {
    const managed = (metadataOf(object)['managedFields'] ?? []) as Fields[]
    const missing = managed.flatMap(({ fieldsV1 }) => missingFields(fieldsV1 as Fields, object))
    expect(missing).toEqual([])
  })

  it('is the same when it is applied as it was read', async () => {
    const applied = without(object, 'managedFields', 'resourceVersion')
    const at = `${path}?fieldManager=applier&force=true`
    const first = await client.patch(at, 'apply', applied)
    expect(differences(without(first.body, 'managedFields', 'resourceVersion'), applied)).toEqual(
      [],
    )
    expectSame(await client.patch(at, 'apply', applied), first.body)
    const managers = metadataOf(first.body)['managedFields'] as Fields[]
    expect(managers.map(({ manager, operation }) => [manager, operation])).toContainEqual([
      'applier',
      'Apply',
    ])
    object = first.body
  })

  it('goes, and comes back by another encoding as the same', async () => {
    const metadata = { ...metadataOf(sample.object), finalizers: undefined }
    const plain = JSON.parse(JSON.stringify({ ...sample.object, metadata })) as Fields
    const options = { gracePeriodSeconds: 0, propagationPolicy: 'Background' }
    const remove = async (): Promise<void> => {
      await client.patch(path, 'merge', { metadata: { finalizers: null } })
      const query = `?fieldSelector=metadata.name%3D${name}`
      if (resource.verbs.includes('deletecollection')) {
        expect((await see('DELETE', `${collection}${query}&dryRun=All`)).status).toBe(200)
        expect((await see('GET', path)).status).toBe(200)
        const gone = await see('DELETE', collection + query, options)
        expect(gone.status, JSON.stringify(gone.body)).toBe(200)
      } else {
        await see('DELETE', path)
        await see('PUT', `${path}/finalize`, { metadata: { name }, spec: {} })
      }
      expect((await see('GET', path)).status).toBe(404)
    }
    await remove()
    const { body: byJson } = await see('POST', collection, plain)
    await remove()
    const { body: byProtobuf } = await seeProtobuf('POST', collection, plain)
    expect(differences(apartFromIdentity(byProtobuf), apartFromIdentity(byJson))).toEqual([])
    await remove()
    const { body: byYaml } = await seeYaml('POST', collection, plain)
    expect(differences(apartFromIdentity(byYaml), apartFromIdentity(byJson))).toEqual([])
    await remove()
  })
})

it('has a sample of every kind that is stored', () => {
  const sampled = new Set(sampleObjects().map(({ resource }) => resource.type))
  const stored = builtInResources().filter(({ verbs }) => verbs.includes('update'))
  expect(stored.flatMap(({ type }) => (sampled.has(type) ? [] : [type]))).toEqual([])
})
