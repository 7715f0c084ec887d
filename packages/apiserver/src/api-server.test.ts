import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { startApiServer, type ApiServer } from './index.ts'
import { TestClient, type Answer } from './test-support/test-client.ts'

const configMaps = '/api/v1/namespaces/default/configmaps'
const widgetsPath = '/apis/example.com/v1/namespaces/default/widgets'
const definitionsPath = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions'

function configMap(name: string, more: object = {}): object {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, ...more } }
}

function widget(name: string, spec: object = { size: 1 }, metadata: object = {}): object {
  return { apiVersion: 'example.com/v1', kind: 'Widget', metadata: { name, ...metadata }, spec }
}

function definition(plural = 'widgets', kind = 'Widget'): object {
  const schema = {
    openAPIV3Schema: {
      type: 'object',
      properties: {
        spec: {
          type: 'object',
          properties: {
            size: { type: 'integer', minimum: 1 },
            mode: { type: 'string', default: 'Auto' },
          },
        },
        status: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
      },
    },
  }
  const scale = { specReplicasPath: '.spec.size', statusReplicasPath: '.status.size' }
  const version = { served: true, schema, subresources: { status: {}, scale } }
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.example.com` },
    spec: {
      group: 'example.com',
      scope: 'Namespaced',
      names: { plural, kind },
      versions: [
        { name: 'v1', storage: true, ...version },
        { name: 'v1beta1', storage: false, deprecated: true, ...version },
      ],
    },
  }
}

type Metadata = Record<string, unknown> & { resourceVersion: string; continue?: string }

function metadataOf(answer: Answer): Metadata {
  return answer.body['metadata'] as Metadata
}

function messageOf({ status, body }: Answer): [number, unknown, unknown] {
  return [status, body['reason'], body['message']]
}

describe('the API server', () => {
  let server: ApiServer
  let client: TestClient

  beforeAll(async () => {
    server = await startApiServer()
    client = new TestClient(server)
    expect((await client.send('POST', definitionsPath, definition())).status).toBe(201)
  })

  afterAll(async () => {
    client?.close()
    await server?.stop()
  })

  describe('who may enter', () => {
    it.each(['/version', '/healthz', '/livez', '/readyz'])('tells everybody %s', async (path) => {
      const anonymous = new TestClient(server, '')
      expect((await anonymous.get(path, { authorization: '' })).status).toBe(200)
      anonymous.close()
    })

    it('refuses unknown tokens with 401 and anonymous users with 403', async () => {
      const stranger = new TestClient(server, 'not-a-token')
      expect(messageOf(await stranger.get('/api/v1/namespaces'))).toEqual([
        401,
        'Unauthorized',
        'Unauthorized',
      ])
      const anonymous = await stranger.get('/api/v1/namespaces', { authorization: '' })
      expect(messageOf(anonymous)).toEqual([
        403,
        'Forbidden',
        'namespaces is forbidden: User "system:anonymous" cannot list resource "namespaces" in API group "" at the cluster scope',
      ])
      stranger.close()
    })

    it('lets an administrator act as somebody with less, and nobody as somebody with more', async () => {
      const bob = { 'impersonate-user': 'system:serviceaccount:default:bob' }
      expect(messageOf(await client.get('/api/v1/secrets', bob))).toEqual([
        403,
        'Forbidden',
        'secrets is forbidden: User "system:serviceaccount:default:bob" cannot list resource "secrets" in API group "" at the cluster scope',
      ])
      const masters = { 'impersonate-user': 'eve', 'impersonate-group': 'system:masters' }
      expect((await client.get('/api/v1/secrets', masters)).status).toBe(200)
      const stranger = new TestClient(server, '')
      const raised = await stranger.get('/api/v1/secrets', { authorization: '', ...masters })
      expect(messageOf(raised)).toEqual([
        403,
        'Forbidden',
        'users "eve" is forbidden: User "system:anonymous" cannot impersonate resource "users" in API group "" at the cluster scope',
      ])
      stranger.close()
      const groupAlone = await client.get('/api/v1/secrets', { 'impersonate-group': 'a' })
      expect(groupAlone.status).toBe(400)
    })
  })

  it('gives service accounts tokens that end with the account', async () => {
    const accounts = '/api/v1/namespaces/default/serviceaccounts'
    const account = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'robot' } }
    await client.send('POST', accounts, account)
    const { body } = await client.send('POST', `${accounts}/robot/token`, { spec: {} })
    const robot = new TestClient(server, (body['status'] as { token: string }).token)
    const reviews = '/apis/authentication.k8s.io/v1/selfsubjectreviews'
    const review = { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' }
    expect((await robot.send('POST', reviews, review)).body['status']).toMatchObject({
      userInfo: { username: 'system:serviceaccount:default:robot' },
    })
    expect((await robot.get('/api/v1/namespaces/default/secrets')).status).toBe(403)
    const { body: other } = await client.send('POST', `${accounts}/robot/token`, {
      spec: { audiences: ['fairlead'] },
    })
    const { token } = other['status'] as { token: string }
    const asked = async (spec: object) =>
      (
        await client.send('POST', '/apis/authentication.k8s.io/v1/tokenreviews', {
          apiVersion: 'authentication.k8s.io/v1',
          kind: 'TokenReview',
          spec,
        })
      ).body['status']
    expect(await asked({ token, audiences: ['other', 'fairlead'] })).toMatchObject({
      authenticated: true,
      user: { username: 'system:serviceaccount:default:robot' },
      audiences: ['fairlead'],
    })
    expect(await asked({ token })).toEqual({
      user: {},
      error:
        '[invalid bearer token, token audiences ["fairlead"] is invalid for the target audiences ["https://kubernetes.default.svc"]]',
    })
    expect(await asked({ token: 'a.b.c' })).toEqual({ user: {}, error: 'invalid bearer token' })
    const elsewhere = new TestClient(server, token)
    expect((await elsewhere.send('POST', reviews, review)).status).toBe(401)
    elsewhere.close()
    await client.send('DELETE', `${accounts}/robot`)
    expect((await robot.send('POST', reviews, review)).status).toBe(401)
    robot.close()
  })

  describe('writes', () => {
    it('sets what the server sets and ignores what the client may not', async () => {
      const created = await client.send(
        'POST',
        widgetsPath,
        widget('made', { size: 1 }, { uid: 'mine', generation: 7, creationTimestamp: null }),
      )
      expect(metadataOf(created)).toMatchObject({ generation: 1, namespace: 'default' })
      expect(metadataOf(created)['uid']).not.toBe('mine')
      expect(created.body['spec']).toEqual({ size: 1, mode: 'Auto' })
    })

    it('makes a name from generateName', async () => {
      const { body } = await client.send('POST', configMaps, {
        ...configMap(''),
        metadata: { generateName: 'made-' },
      })
      expect(body['metadata']).toMatchObject({ name: expect.stringMatching(/^made-[a-z0-9]{5}$/) })
    })

    it('refuses a resourceVersion on create, and a stale or missing one on update', async () => {
      const versioned = widget('versioned', { size: 1 }, { resourceVersion: '5' })
      expect(messageOf(await client.send('POST', widgetsPath, versioned))[2]).toBe(
        'resourceVersion should not be set on objects to be created',
      )
      await client.send('POST', widgetsPath, widget('versioned'))
      const path = `${widgetsPath}/versioned`
      expect(messageOf(await client.send('PUT', path, versioned))).toEqual([
        409,
        'Conflict',
        'Operation cannot be fulfilled on widgets.example.com "versioned": the object has been modified; please apply your changes to the latest version and try again',
      ])
      expect(messageOf(await client.send('PUT', path, widget('versioned')))).toEqual([
        422,
        'Invalid',
        'widgets.example.com "versioned" is invalid: metadata.resourceVersion: Invalid value: 0x0: must be specified for an update',
      ])
    })

    it('writes nothing when nothing changes', async () => {
      const before = await client.send('POST', widgetsPath, widget('still'))
      const same = await client.patch(`${widgetsPath}/still`, 'merge', { spec: { size: 1 } })
      expect(metadataOf(same).resourceVersion).toBe(metadataOf(before).resourceVersion)
    })

    it('counts generations by spec alone and keeps status and spec apart', async () => {
      await client.send('POST', widgetsPath, { ...widget('parted'), status: { seen: true } })
      const path = `${widgetsPath}/parted`
      expect((await client.get(path)).body['status']).toBeUndefined()
      const status = await client.patch(`${path}/status`, 'merge', {
        spec: { size: 9 },
        status: { seen: true },
      })
      expect(status.body).toMatchObject({
        metadata: { generation: 1 },
        spec: { size: 1 },
        status: { seen: true },
      })
      const main = await client.patch(path, 'merge', { spec: { size: 2 }, status: null })
      expect(main.body).toMatchObject({
        metadata: { generation: 2 },
        spec: { size: 2 },
        status: { seen: true },
      })
    })

    it('answers a dry run as if it were real and stores nothing', async () => {
      const dry = await client.send('POST', `${widgetsPath}?dryRun=All`, widget('dry'))
      expect(dry.status).toBe(201)
      expect((await client.get(`${widgetsPath}/dry`)).status).toBe(404)
    })

    it('names unknown fields strictly, as warnings, or not at all', async () => {
      const unknown = widget('unknown', { size: 1, colour: 'red' })
      const create = (mode: string): Promise<Answer> =>
        client.send('POST', `${widgetsPath}?dryRun=All&fieldValidation=${mode}`, unknown)
      expect(messageOf(await create('Strict'))[2]).toBe(
        'Widget in version "v1" cannot be handled as a Widget: strict decoding error: unknown field "spec.colour"',
      )
      expect((await create('Warn')).headers['warning']).toBe(
        '299 - "unknown field \\"spec.colour\\""',
      )
      expect((await create('Ignore')).headers['warning']).toBeUndefined()
    })

    it('names fields that came twice', async () => {
      const text = JSON.stringify(widget('twice')).replace('"size":1', '"size":1,"size":2')
      const path = `${widgetsPath}?dryRun=All&fieldValidation=Strict`
      expect(messageOf(await client.sendText('POST', path, text))[2]).toContain(
        'strict decoding error: duplicate field "spec.size"',
      )
    })

    it('scales', async () => {
      await client.send('POST', widgetsPath, widget('scaled', { size: 2 }))
      const path = `${widgetsPath}/scaled/scale`
      const scale = (await client.get(path)).body
      expect(scale).toMatchObject({
        apiVersion: 'autoscaling/v1',
        kind: 'Scale',
        spec: { replicas: 2 },
        status: { replicas: 0 },
      })
      await client.send('PUT', path, { ...scale, spec: { replicas: 5 } })
      const patched = await client.patch(path, 'merge', { spec: { replicas: 7 } })
      expect(patched.body['spec']).toEqual({ replicas: 7 })
      expect((await client.get(`${widgetsPath}/scaled`)).body).toMatchObject({
        metadata: { generation: 3 },
        spec: { size: 7 },
      })
      expect((await client.send('PUT', path, scale)).status).toBe(409)
      const accept = 'application/json;as=Table;v=v1;g=meta.k8s.io'
      const { columnDefinitions, rows } = (await client.get(path, { accept })).body
      expect((columnDefinitions as { name: string }[]).map(({ name }) => name)).toEqual([
        'Name',
        'Desired',
        'Available',
        'Age',
      ])
      expect(rows).toMatchObject([{ cells: ['scaled', 7, 0, expect.any(String)] }])
    })

    it('keeps an object until its finalizers are gone', async () => {
      const finalizers = ['example.com/hold']
      await client.send('POST', widgetsPath, widget('held', { size: 1 }, { finalizers }))
      const path = `${widgetsPath}/held`
      const deleted = await client.send('DELETE', path)
      expect(deleted.body).toMatchObject({
        kind: 'Widget',
        metadata: { deletionGracePeriodSeconds: 0, generation: 2, finalizers },
      })
      const more = { metadata: { finalizers: [...finalizers, 'example.com/more'] } }
      expect(messageOf(await client.patch(path, 'merge', more))[2]).toContain(
        'metadata.finalizers: Forbidden: no new finalizers can be added if the object is being deleted, found new finalizers []string{"example.com/more"}',
      )
      await client.patch(path, 'merge', { metadata: { finalizers: null } })
      expect((await client.get(path)).status).toBe(404)
    })

    it('keeps a namespace that is written to until its content is gone', async () => {
      const path = '/api/v1/namespaces/leaving'
      const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'leaving' } }
      await client.send('POST', '/api/v1/namespaces', namespace)
      const held = configMap('held', { finalizers: ['example.com/hold'] })
      await client.send('POST', `${path}/configmaps`, held)
      const deleted = await client.send('DELETE', path)
      expect(deleted.body['status']).toEqual({ phase: 'Terminating' })
      expect(messageOf(await client.send('POST', `${path}/configmaps`, configMap('late')))).toEqual(
        [
          403,
          'Forbidden',
          'configmaps "late" is forbidden: unable to create new content in namespace leaving because it is being terminated',
        ],
      )
      await client.patch(path, 'merge', { metadata: { labels: { touched: 'yes' } } })
      expect((await client.get(path)).status).toBe(200)
      await client.patch(`${path}/configmaps/held`, 'merge', { metadata: { finalizers: null } })
      expect((await client.get(path)).status).toBe(404)
    })

    it('deletes only the object that the preconditions mean', async () => {
      const created = await client.send('POST', widgetsPath, widget('precise'))
      const options = { kind: 'DeleteOptions', apiVersion: 'v1', preconditions: { uid: 'other' } }
      expect(messageOf(await client.send('DELETE', `${widgetsPath}/precise`, options))).toEqual([
        409,
        'Conflict',
        `Operation cannot be fulfilled on Widget.example.com "precise": the UID in the precondition (other) does not match the UID in record (${String(metadataOf(created)['uid'])}). The object might have been deleted and then recreated`,
      ])
      const deleted = await client.send('DELETE', `${widgetsPath}/precise`)
      expect(deleted.body).toMatchObject({ kind: 'Status', status: 'Success' })
    })

    it('deletes a selected part of a collection', async () => {
      const labels = { batch: 'yes' }
      for (const name of ['b1', 'b2']) {
        await client.send('POST', configMaps, configMap(name, { labels }))
      }
      await client.send('POST', configMaps, configMap('b3'))
      const { body } = await client.send('DELETE', `${configMaps}?labelSelector=batch=yes`)
      expect(body['items']).toHaveLength(2)
      expect((await client.get(`${configMaps}/b3`)).status).toBe(200)
    })

    it('refuses bodies of more than 3 MiB', async () => {
      const huge = { ...configMap('huge'), data: { key: 'x'.repeat(3 * 1024 * 1024) } }
      expect((await client.send('POST', configMaps, huge)).status).toBe(413)
    })

    it('refuses what it cannot place', async () => {
      const cases: [Answer, number, string][] = [
        [await client.send('POST', configMaps, widget('x')), 400, 'no kind "Widget" is registered'],
        [
          await client.send('POST', configMaps, { apiVersion: 'v1' }),
          422,
          'metadata.name: Required',
        ],
        [
          await client.send('POST', configMaps, configMap('x', { namespace: 'other' })),
          400,
          'does not match the namespace sent on the request',
        ],
        [
          await client.send('PUT', `${configMaps}/y`, configMap('x')),
          400,
          'the name of the object (x) does not match the name on the URL (y)',
        ],
        [await client.send('POST', configMaps, configMap('Big')), 422, 'RFC 1123 subdomain'],
        [await client.get('/api/v1/nonsense'), 404, 'could not find the requested resource'],
      ]
      for (const [answer, status, message] of cases) {
        expect(answer.status).toBe(status)
        expect(answer.body['message']).toContain(message)
      }
    })
  })

  describe('lists', () => {
    const path = '/api/v1/namespaces/pages/configmaps'

    beforeAll(async () => {
      const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'pages' } }
      await client.send('POST', '/api/v1/namespaces', namespace)
      for (let index = 0; index < 5; index++) {
        await client.send('POST', path, configMap(`p${index}`))
      }
    })

    it('comes in pages that all show the same moment', async () => {
      const first = await client.get(`${path}?limit=2`)
      expect(metadataOf(first)).toMatchObject({ remainingItemCount: 3 })
      await client.send('POST', path, configMap('p0-late'))
      await client.send('POST', path, configMap('p9-late'))
      const names: unknown[] = []
      for (let page = first; ;) {
        const items = page.body['items'] as { metadata: { name: string } }[]
        names.push(...items.map(({ metadata }) => metadata.name))
        expect(metadataOf(page).resourceVersion).toBe(metadataOf(first).resourceVersion)
        const token = metadataOf(page).continue
        if (token === undefined) break
        page = await client.get(`${path}?limit=2&continue=${token}`)
      }
      expect(names).toEqual(['p0', 'p1', 'p2', 'p3', 'p4'])
    })

    it('answers a forgotten page with 410 and a token for an inconsistent rest', async () => {
      const first = await client.get(`${path}?limit=2`)
      await client.send('POST', path, configMap('p5'))
      server.compact()
      const token = String(metadataOf(first)['continue'])
      const expired = await client.get(`${path}?limit=2&continue=${token}`)
      expect(expired).toMatchObject({ status: 410, body: { reason: 'Expired' } })
      const rest = await client.get(`${path}?continue=${String(metadataOf(expired)['continue'])}`)
      expect(rest.status).toBe(200)
    })

    it('knows exact, old and future moments', async () => {
      const now = await client.get(path)
      const revision = Number(metadataOf(now).resourceVersion)
      const exact = await client.get(
        `${path}?resourceVersion=${revision}&resourceVersionMatch=Exact`,
      )
      expect(exact.body['items']).toEqual(now.body['items'])
      const future = await client.get(
        `${path}?resourceVersion=${revision + 1000}&resourceVersionMatch=Exact`,
      )
      expect(messageOf(future)).toEqual([
        504,
        'Timeout',
        `Timeout: Too large resource version: ${revision + 1000}, current: ${revision}`,
      ])
      const old = await client.get(`${path}?resourceVersion=1&resourceVersionMatch=Exact`)
      expect(messageOf(old)).toEqual([
        410,
        'Expired',
        'The resourceVersion for the provided list is too old.',
      ])
      expect((await client.get(`${path}?resourceVersionMatch=Exact`)).status).toBe(422)
    })

    it('comes as a table or as metadata', async () => {
      const table = await client.get(path, {
        accept: 'application/json;as=Table;v=v1;g=meta.k8s.io',
      })
      expect(table.body).toMatchObject({
        kind: 'Table',
        columnDefinitions: [{ name: 'Name' }, { name: 'Data' }, { name: 'Age' }],
        rows: expect.arrayContaining([
          expect.objectContaining({ cells: ['p1', 0, expect.any(String)] }),
        ]),
      })
      const metadata = await client.get(path, {
        accept: 'application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io',
      })
      expect(metadata.body['kind']).toBe('PartialObjectMetadataList')
      expect((await client.get(path, { accept: 'text/html' })).status).toBe(406)
    })
  })

  describe('watches', () => {
    it('begins with what is there and goes on with every change', async () => {
      await client.send('POST', configMaps, configMap('w1', { labels: { watch: 'a' } }))
      const watch = await client.watch(`${configMaps}?watch=true&labelSelector=watch=a`)
      expect(await watch.next()).toMatchObject({
        type: 'ADDED',
        object: { metadata: { name: 'w1' } },
      })
      const changed = await client.patch(`${configMaps}/w1`, 'merge', { data: { a: 'b' } })
      expect(await watch.next()).toEqual({ type: 'MODIFIED', object: changed.body })
      const left = await client.patch(`${configMaps}/w1`, 'merge', {
        metadata: { labels: { watch: 'b' } },
      })
      expect(await watch.next()).toMatchObject({
        type: 'DELETED',
        object: {
          metadata: {
            labels: { watch: 'a' },
            resourceVersion: metadataOf(left).resourceVersion,
          },
        },
      })
      await client.patch(`${configMaps}/w1`, 'merge', { metadata: { labels: { watch: 'a' } } })
      expect((await watch.next()).type).toBe('ADDED')
      await client.send('DELETE', `${configMaps}/w1`)
      expect((await watch.next()).type).toBe('DELETED')
      watch.close()
    })

    it('continues after a resourceVersion without gap or repetition', async () => {
      const created = await client.send('POST', configMaps, configMap('w2'))
      const since = metadataOf(created).resourceVersion
      await client.patch(`${configMaps}/w2`, 'merge', { data: { n: '1' } })
      const watch = await client.watch(
        `${configMaps}?watch=true&fieldSelector=metadata.name=w2&resourceVersion=${since}`,
      )
      await client.patch(`${configMaps}/w2`, 'merge', { data: { n: '2' } })
      expect([(await watch.next()).object['data'], (await watch.next()).object['data']]).toEqual([
        { n: '1' },
        { n: '2' },
      ])
      watch.close()
    })

    it('reports a forgotten resourceVersion as an event of a successful answer', async () => {
      const created = await client.send('POST', configMaps, configMap('w3'))
      const since = Number(metadataOf(created).resourceVersion) - 1
      server.compact()
      const watch = await client.watch(`${configMaps}?watch=true&resourceVersion=${since}`)
      expect(await watch.next()).toMatchObject({
        type: 'ERROR',
        object: {
          kind: 'Status',
          code: 410,
          reason: 'Expired',
          message: `too old resource version: ${since} (${since + 1})`,
        },
      })
      await expect(watch.next()).rejects.toThrow('the watch has ended')
    })

    it('marks the end of the initial objects with a bookmark', async () => {
      const watch = await client.watch(
        '/api/v1/namespaces?watch=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true',
      )
      const types: string[] = []
      for (;;) {
        const { type, object } = await watch.next()
        types.push(type)
        if (object.metadata.annotations?.['k8s.io/initial-events-end'] === 'true') break
      }
      expect(types.at(-1)).toBe('BOOKMARK')
      expect(new Set(types.slice(0, -1))).toEqual(new Set(['ADDED']))
      watch.close()
    })

    it('ends after timeoutSeconds', async () => {
      const watch = await client.watch(
        `${configMaps}?watch=true&timeoutSeconds=1&resourceVersion=${
          metadataOf(await client.get(configMaps)).resourceVersion
        }`,
      )
      await expect(watch.next()).rejects.toThrow('the watch has ended')
    })
  })

  describe('definitions', () => {
    it('serves a kind with its conditions when the create is answered', async () => {
      const { body } = await client.get(`${definitionsPath}/widgets.example.com`)
      expect(body['status']).toMatchObject({
        acceptedNames: { plural: 'widgets', singular: 'widget', listKind: 'WidgetList' },
        storedVersions: ['v1'],
        conditions: [
          { type: 'NamesAccepted', status: 'True', reason: 'NoConflicts' },
          { type: 'Established', status: 'True', reason: 'InitialNamesAccepted' },
        ],
      })
    })

    it('serves every version of the same objects and warns of the deprecated one', async () => {
      await client.send('POST', widgetsPath, widget('versions'))
      const old = await client.get('/apis/example.com/v1beta1/namespaces/default/widgets/versions')
      expect(old.body['apiVersion']).toBe('example.com/v1beta1')
      expect(old.headers['warning']).toBe(
        '299 - "example.com/v1beta1 Widget is deprecated; use example.com/v1 Widget"',
      )
    })

    it('shows objects with defaults and without fields as the current schema has them', async () => {
      const path = `${definitionsPath}/aging.example.com`
      await client.send('POST', definitionsPath, definition('aging', 'Aging'))
      const objects = '/apis/example.com/v1/namespaces/default/aging'
      await client.send('POST', objects, { ...widget('old'), kind: 'Aging' })
      const properties = '/spec/versions/0/schema/openAPIV3Schema/properties/spec/properties'
      const patched = await client.patch(path, 'json', [
        { op: 'remove', path: `${properties}/size` },
        { op: 'add', path: `${properties}/color`, value: { type: 'string', default: 'red' } },
      ])
      expect(patched.status).toBe(200)
      const { body } = await client.get(`${objects}/old`)
      expect(body['spec']).toEqual({ mode: 'Auto', color: 'red' })
    })

    it('ends the watches of a kind that is no longer served, after the last deletion', async () => {
      await client.send('POST', definitionsPath, definition('watcheds', 'Watched'))
      const objects = '/apis/example.com/v1/namespaces/default/watcheds'
      await client.send('POST', objects, { ...widget('last'), kind: 'Watched' })
      const watch = await client.watch(`${objects}?watch=true`)
      expect((await watch.next()).type).toBe('ADDED')
      await client.send('DELETE', `${definitionsPath}/watcheds.example.com`)
      expect((await watch.next()).type).toBe('DELETED')
      await expect(watch.next()).rejects.toThrow('the watch has ended')
    })

    it('shows no columns from one on whose path it cannot follow', async () => {
      const bad = definition('columns', 'Column') as { spec: { versions: object[] } }
      const columns = [
        { name: 'Good', type: 'string', jsonPath: '.spec.size' },
        { name: 'Bad', type: 'string', jsonPath: '.spec[?(1)]' },
      ]
      Object.assign(bad.spec.versions[0] ?? {}, { additionalPrinterColumns: columns })
      expect((await client.send('POST', definitionsPath, bad)).status).toBe(201)
      const table = await client.get('/apis/example.com/v1/namespaces/default/columns', {
        accept: 'application/json;as=Table;g=meta.k8s.io;v=v1',
      })
      expect(table.body['columnDefinitions']).toMatchObject([{ name: 'Name' }, { name: 'Good' }])
    })

    it('does not accept names that are taken until they are free', async () => {
      await client.send('POST', definitionsPath, definition('firsts', 'Contested'))
      await client.send('POST', definitionsPath, definition('seconds', 'Contested'))
      const second = `${definitionsPath}/seconds.example.com`
      expect((await client.get(second)).body['status']).toMatchObject({
        conditions: [
          {
            type: 'NamesAccepted',
            status: 'False',
            reason: 'ListKindConflict',
            message: '"ContestedList" is already in use',
          },
          { type: 'Established', status: 'False', reason: 'NotAccepted' },
        ],
      })
      await client.send('DELETE', `${definitionsPath}/firsts.example.com`)
      expect((await client.get(second)).body['status']).toMatchObject({
        conditions: [{ status: 'True' }, { status: 'True' }],
      })
    })

    it('waits with its deletion for objects that are held, and takes no new ones', async () => {
      await client.send('POST', definitionsPath, definition('leavers', 'Leaver'))
      const leavers = '/apis/example.com/v1/namespaces/default/leavers'
      const leaver = (name: string): object => ({
        ...widget(name, { size: 1 }, { finalizers: ['example.com/hold'] }),
        kind: 'Leaver',
      })
      await client.send('POST', leavers, leaver('held'))
      await client.send('DELETE', `${definitionsPath}/leavers.example.com`)
      expect(messageOf(await client.send('POST', leavers, leaver('late')))).toEqual([
        405,
        'MethodNotAllowed',
        'create not allowed while custom resource definition is terminating',
      ])
      await client.patch(`${leavers}/held`, 'merge', { metadata: { finalizers: null } })
      expect((await client.get(`${definitionsPath}/leavers.example.com`)).status).toBe(404)
      expect((await client.get(leavers)).status).toBe(404)
    })
  })

  describe('discovery', () => {
    it('gives the aggregated document once and 304 after that', async () => {
      const accept = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList'
      const first = await client.get('/apis', { accept })
      expect(first.headers['content-type']).toBe(accept)
      expect(first.body).toMatchObject({ kind: 'APIGroupDiscoveryList' })
      const etag = String(first.headers.etag)
      expect((await client.get('/apis', { accept, 'if-none-match': etag })).status).toBe(304)
    })

    it('gives the plain documents', async () => {
      expect((await client.get('/api')).body).toMatchObject({ versions: ['v1'] })
      expect((await client.get('/apis/example.com')).body).toMatchObject({
        preferredVersion: { version: 'v1' },
      })
      expect((await client.get('/apis/example.com/v1')).body).toMatchObject({
        resources: expect.arrayContaining([
          expect.objectContaining({ name: 'widgets/status', verbs: ['get', 'patch', 'update'] }),
        ]),
      })
    })
  })
})

describe('a data directory', () => {
  it('holds everything over a restart, with the same credentials', async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'fairlead-data-'))
    try {
      const before = await startApiServer({ dataDir })
      const writer = new TestClient(before)
      await writer.send('POST', definitionsPath, definition())
      const created = await writer.send('POST', widgetsPath, widget('kept'))
      writer.close()
      await before.stop()
      const after = await startApiServer({ dataDir })
      const reader = new TestClient(after, before.adminToken)
      const kept = await reader.get(`${widgetsPath}/kept`)
      expect(kept.body).toEqual(created.body)
      const next = await reader.send('POST', configMaps, configMap('next'))
      expect(Number(metadataOf(next).resourceVersion)).toBeGreaterThan(
        Number(metadataOf(created).resourceVersion),
      )
      expect(after.caCertificate).toBe(before.caCertificate)
      reader.close()
      await after.stop()
    } finally {
      rmSync(dataDir, { recursive: true, force: true })
    }
  })

  it('loses nothing that was acknowledged when the process is killed', async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'fairlead-killed-'))
    try {
      const child = spawn(process.execPath, [
        '--conditions=source',
        '--input-type=module',
        '--eval',
        `import { startApiServer } from ${JSON.stringify(new URL('./index.ts', import.meta.url).href)}
         const { url, caCertificate, adminToken } = await startApiServer({ dataDir: ${JSON.stringify(dataDir)} })
         process.stdout.write(JSON.stringify({ url, caCertificate, adminToken }) + '\\n')`,
      ])
      const [line] = await createInterface({ input: child.stdout })
        [Symbol.asyncIterator]()
        .next()
        .then(({ value }) => [value as string])
      const writer = new TestClient(JSON.parse(line ?? '') as ApiServer)
      const acknowledged: string[] = []
      const writing = (async () => {
        for (let index = 0; ; index++) {
          const name = `n${index}`
          const { status } = await writer.send('POST', configMaps, configMap(name))
          if (status === 201) acknowledged.push(name)
          if (index === 20) child.kill('SIGKILL')
        }
      })()
      await expect(writing).rejects.toThrow()
      writer.close()
      const after = await startApiServer({ dataDir })
      const reader = new TestClient(after)
      const { body } = await reader.get(configMaps)
      const names = (body['items'] as { metadata: { name: string } }[]).map(
        ({ metadata }) => metadata.name,
      )
      expect(acknowledged.length).toBeGreaterThan(20)
      expect(names).toEqual(expect.arrayContaining(acknowledged))
      reader.close()
      await after.stop()
    } finally {
      rmSync(dataDir, { recursive: true, force: true })
    }
  })

  it('ends watches when it stops', async () => {
    const server = await startApiServer()
    const client = new TestClient(server)
    const watch = await client.watch(`${configMaps}?watch=true`)
    const ended = expect(watch.next()).rejects.toThrow('the watch has ended')
    await server.stop()
    await ended
    client.close()
  })
})
