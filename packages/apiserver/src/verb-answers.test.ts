import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { startApiServer, type ApiServer } from './index.ts'
import { TestClient, type Answer } from './test-support/test-client.ts'

const configMaps = '/api/v1/namespaces/default/configmaps'
const pods = '/api/v1/namespaces/default/pods'
const table = { accept: 'application/json;as=Table;g=meta.k8s.io;v=v1' }
const partial = { accept: 'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1' }
const partialList = { accept: 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1' }

function said({ status, body }: Answer): unknown {
  return [status, body['message']]
}

describe('what is found out first', () => {
  let server: ApiServer
  let client: TestClient
  beforeAll(async () => {
    server = await startApiServer({ port: 0 })
    client = new TestClient(server)
    await client.send('POST', configMaps, { metadata: { name: 'a', labels: { of: 'order' } } })
  })
  afterAll(async () => {
    client.close()
    await server.stop()
  })

  it('changes nothing for those whom it cannot answer', async () => {
    const html = { accept: 'text/html' }
    const created = await client.send('POST', configMaps, { metadata: { name: 'b' } }, html)
    expect(created.status).toBe(406)
    expect((await client.send('DELETE', `${configMaps}/a`, undefined, html)).status).toBe(406)
    const { status } = await client.send(
      'DELETE',
      `${configMaps}?labelSelector=of%3Dorder`,
      undefined,
      html,
    )
    expect(status).toBe(406)
    expect((await client.get(`${configMaps}/a`)).status).toBe(200)
    expect((await client.get(`${configMaps}/b`)).status).toBe(404)
  })

  it.each(['/api', '/api/v1', '/apis/apps/v1', '/version'])(
    'names what the route %s sends to those who accept none of it',
    async (path) => {
      const refused = await client.get(path, { accept: 'text/html' })
      expect(refused.status).toBe(406)
      expect(refused.body['message']).toMatch(
        /^406: Not Acceptable\n\nAvailable representations: application\/json/,
      )
      expect((await client.get(path, { accept: 'text/html, application/json' })).status).toBe(200)
    },
  )

  it.each([
    ['/apis', 'text/html'],
    ['/apis/apps', 'text/html'],
    ['/apis/apps', 'application/json;as=APIGroupDiscoveryList;g=apidiscovery.k8s.io;v=v2'],
    ['/apis/apps/v1', 'application/json;as=APIGroupDiscoveryList;g=apidiscovery.k8s.io;v=v2'],
  ])('has for %s nothing that %s takes', async (path, accept) => {
    expect(said(await client.get(path, { accept }))).toEqual([
      406,
      'only the following media types are accepted: application/json, application/yaml, application/vnd.kubernetes.protobuf',
    ])
    expect((await client.get(path, { accept: `${accept}, application/yaml` })).status).toBe(200)
  })

  it('names what a route sends to those who accept none of it', async () => {
    const html = { accept: 'text/html, application/*' }
    const usual = 'application/json, application/yaml, application/vnd.kubernetes.protobuf'
    const one = await client.get(`${configMaps}/a`, html)
    expect(said(one)).toEqual([406, `406: Not Acceptable\n\nAvailable representations: ${usual}`])
    expect(one.body['details']).toEqual({})
    const [, message] = said(await client.get(configMaps, html)) as [number, string]
    expect(message).toContain('application/json;stream=watch')
    // What the router lets pass is looked at more closely.
    const version = 'application/json;as=Table;g=meta.k8s.io;v=v2'
    expect(said(await client.get(configMaps, { accept: version }))).toEqual([
      406,
      `only the following media types are accepted: ${usual}`,
    ])
  })

  it('judges options before the body, and reads a patch only for an object that is there', async () => {
    const bad = '{'
    const options = await client.sendText('POST', `${configMaps}?dryRun=x`, bad, {
      'content-type': 'application/json',
    })
    expect(options.status).toBe(422)
    const type = { 'content-type': 'application/merge-patch+json' }
    expect((await client.sendText('PATCH', `${configMaps}/none`, bad, type)).status).toBe(404)
    expect((await client.sendText('PATCH', `${configMaps}/a`, bad, type)).status).toBe(400)
  })

  it('names everything that is wrong with the options of a patch', async () => {
    const type = { 'content-type': 'application/merge-patch+json' }
    const query = 'force=true&dryRun=x&fieldValidation=y'
    expect(said(await client.sendText('PATCH', `${configMaps}/a?${query}`, '{}', type))).toEqual([
      422,
      'PatchOptions.meta.k8s.io "" is invalid: [force: Forbidden: may not be specified for non-apply patch, ' +
        'dryRun: Unsupported value: []string{"x"}: supported values: "All", ' +
        'fieldValidation: Unsupported value: "y": supported values: "", "Ignore", "Strict", "Warn"]',
    ])
  })

  it('does not mix objects and lists up', async () => {
    expect(said(await client.get(`${configMaps}/a`, partialList))).toEqual([
      406,
      'you requested PartialObjectMetadataList, but the requested object is not a list (*core.ConfigMap)',
    ])
    expect(said(await client.get(configMaps, partial))).toEqual([
      406,
      'you requested PartialObjectMetadata, but the requested object is a list (*core.ConfigMapList)',
    ])
    expect((await client.get(configMaps, partialList)).body['kind']).toBe(
      'PartialObjectMetadataList',
    )
  })

  it('refuses to watch what has no watch', async () => {
    expect(said(await client.get('/api/v1/componentstatuses?watch=1'))).toEqual([
      405,
      'watch is not supported on resources of kind "componentstatuses"',
    ])
  })

  describe('of watches', () => {
    it('marks the end of the objects for everyone who takes bookmarks, with an empty list', async () => {
      const watch = await client.watch(`${pods}?watch=1&allowWatchBookmarks=true`)
      const { type, object } = await watch.next()
      watch.close()
      expect(type).toBe('BOOKMARK')
      const list = Buffer.from(
        '{"kind":"PodList","apiVersion":"v1","metadata":{},"items":null}\n',
      ).toString('base64')
      expect(object).toEqual({
        kind: 'Pod',
        apiVersion: 'v1',
        metadata: {
          creationTimestamp: null,
          resourceVersion: expect.any(String) as string,
          annotations: {
            'k8s.io/initial-events-end': 'true',
            'kubernetes.io/initial-events-list-blueprint': list,
          },
        },
        spec: { containers: null },
        status: {},
      })
    })

    it('has no tables there, and elsewhere the columns once', async () => {
      const refused = await client.get(`${pods}?watch=1&allowWatchBookmarks=true`, table)
      expect(refused.status).toBe(406)
      await client.send('POST', configMaps, { metadata: { name: 'c' } })
      const watch = await client.watch(`${configMaps}?watch=1`, table)
      const [first, second] = [(await watch.next()).object, (await watch.next()).object]
      watch.close()
      expect(first['columnDefinitions']).toHaveLength(3)
      expect(second).toMatchObject({ kind: 'Table', columnDefinitions: null })
    })

    it('ends at the first event that would have to be a list', async () => {
      const watch = await client.watch(`${configMaps}?watch=1`, partialList)
      await expect(watch.next()).rejects.toThrow('the watch has ended')
    })

    it('begins with what comes when no objects are wanted', async () => {
      const query = 'watch=1&sendInitialEvents=false&resourceVersionMatch=NotOlderThan'
      const watch = await client.watch(`${configMaps}?${query}`)
      await client.send('POST', configMaps, { metadata: { name: 'd' } })
      expect(await watch.next()).toMatchObject({ object: { metadata: { name: 'd' } } })
      watch.close()
    })

    it('cannot show what was before its kind was served in this way', async () => {
      const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions'
      const schema = { openAPIV3Schema: { type: 'object' } }
      await client.send('POST', definitions, {
        metadata: { name: 'things.example.com' },
        spec: {
          group: 'example.com',
          scope: 'Namespaced',
          names: { plural: 'things', kind: 'Thing' },
          versions: [{ name: 'v1', served: true, storage: true, schema }],
        },
      })
      const things = '/apis/example.com/v1/namespaces/default/things'
      const thing = { apiVersion: 'example.com/v1', kind: 'Thing', metadata: { name: 'a' } }
      const created = await client.send('POST', things, thing)
      const { resourceVersion } = created.body['metadata'] as { resourceVersion: string }
      const shortNames = { spec: { names: { shortNames: ['th'] } } }
      await client.patch(`${definitions}/things.example.com`, 'merge', shortNames)
      const changed = await client.get(`${definitions}/things.example.com`)
      const { resourceVersion: since } = changed.body['metadata'] as { resourceVersion: string }
      const old = await client.watch(`${things}?watch=1&resourceVersion=${resourceVersion}`)
      expect(await old.next()).toMatchObject({
        type: 'ERROR',
        object: {
          code: 410,
          message: `too old resource version: ${resourceVersion} (${since})`,
        },
      })
      const watch = await client.watch(`${things}?watch=1&resourceVersion=${since}`)
      await client.patch(`${things}/a`, 'merge', { metadata: { labels: { a: 'b' } } })
      expect((await watch.next()).type).toBe('MODIFIED')
      watch.close()
    })

    it('cannot show objects as new as nothing is yet', async () => {
      const query =
        'watch=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&resourceVersion=99999999'
      const watch = await client.watch(`${configMaps}?${query}`)
      expect(await watch.next()).toMatchObject({ type: 'ERROR', object: { code: 504 } })
      await expect(watch.next()).rejects.toThrow()
    })
  })
  describe('of deletions', () => {
    it('takes preconditions from the query, and says what is wrong with a body without its type', async () => {
      const wrong = await client.send('DELETE', `${configMaps}/a?uid=other`)
      expect(wrong.status).toBe(409)
      expect(wrong.body['message']).toContain('the UID in the precondition (other)')
      const old = await client.send('DELETE', `${configMaps}/a?resourceVersion=1`)
      expect(old.body['message']).toContain('the ResourceVersion in the precondition (1)')
      const type = { 'content-type': 'application/json' }
      expect(said(await client.sendText('DELETE', `${configMaps}/a`, '{', type))).toEqual([
        400,
        "couldn't get version/kind; json parse error: unexpected end of JSON input",
      ])
    })

    it('answers the deletion of a collection with what was there', async () => {
      const metadata = { name: 'kept', labels: { going: '1' }, finalizers: ['example.com/f'] }
      const created = await client.send('POST', configMaps, { metadata })
      const { body } = await client.send('DELETE', `${configMaps}?labelSelector=going`)
      const { kind: _, apiVersion: __, ...item } = created.body
      expect(body['items']).toEqual([item])
      expect((await client.get(`${configMaps}/kept`)).body).toMatchObject({
        metadata: { deletionGracePeriodSeconds: 0 },
      })
    })

    it('gives no grace to what a controller deletes', async () => {
      await client.send('POST', '/api/v1/namespaces', {
        metadata: { name: 'going', finalizers: ['example.com/f'] },
      })
      expect(said(await client.send('DELETE', '/api/v1/namespaces/going?uid=x'))).toEqual([
        409,
        expect.stringMatching(
          /^Operation cannot be fulfilled on namespaces "going": Precondition failed: UID in precondition: x, UID in object meta: /,
        ),
      ])
      const { body } = await client.send('DELETE', '/api/v1/namespaces/going')
      expect(body).toMatchObject({ status: { phase: 'Terminating' } })
      const metadata = body['metadata'] as Record<string, unknown>
      expect(metadata['deletionTimestamp']).toBeDefined()
      expect(metadata).not.toHaveProperty('deletionGracePeriodSeconds')
    })

    it('says at once that a definition will go, and creates no objects of its kind', async () => {
      const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions'
      const schema = { openAPIV3Schema: { type: 'object' } }
      await client.send('POST', definitions, {
        metadata: { name: 'widgets.example.com' },
        spec: {
          group: 'example.com',
          scope: 'Namespaced',
          names: { plural: 'widgets', kind: 'Widget' },
          versions: [{ name: 'v1', served: true, storage: true, schema }],
        },
      })
      const widgets = '/apis/example.com/v1/namespaces/default/widgets'
      const widget = { apiVersion: 'example.com/v1', kind: 'Widget' }
      const finalizers = ['example.com/f']
      const metadata = { name: 'a', finalizers }
      await client.send('POST', widgets, { ...widget, metadata })
      const { body } = await client.send('DELETE', `${definitions}/widgets.example.com`)
      expect(body).toMatchObject({ metadata: { generation: 1 } })
      const { conditions } = body['status'] as { conditions: readonly object[] }
      expect(conditions.at(-1)).toMatchObject({
        type: 'Terminating',
        reason: 'InstanceDeletionPending',
      })
      const late = await client.send('POST', widgets, { ...widget, metadata: { name: 'late' } })
      expect(said(late)).toEqual([
        405,
        'create not allowed while custom resource definition is terminating',
      ])
      expect(late.body['details']).toEqual({ group: 'example.com', kind: 'widgets' })
    })
  })
  describe('of patches', () => {
    const type = { 'content-type': 'application/json-patch+json' }
    const patch = (text: string, query = '', headers = type): Promise<Answer> =>
      client.sendText('PATCH', `${configMaps}/a${query}`, text, headers)

    it('names what a JSON patch has too much', async () => {
      const text = '[{"op":"add","path":"/data","value":{},"extra":1,"op":"add"}]'
      expect(said(await patch(text, '?fieldValidation=Strict'))).toEqual([
        422,
        expect.stringContaining(
          'strict decoding error: json patch duplicate field "[0].op", json patch unknown field "[0].extra"',
        ),
      ])
      const { status, headers } = await patch(text, '?dryRun=All')
      expect(status).toBe(200)
      expect(headers['warning']).toContain(String.raw`json patch unknown field \"[0].extra\"`)
    })

    it.each([
      ['[1]', 'json: cannot unmarshal number into Go value of type handlers.jsonPatchOp'],
      [
        '[{"op":"add","path":1}]',
        'json: cannot unmarshal number into Go struct field jsonPatchOp.path of type string',
      ],
    ])('says of the operations %s what Go says', async (text, problem) => {
      expect(said(await patch(text))).toEqual([400, `error decoding patch: ${problem}`])
    })

    it('changes nothing by null, which cannot be merged', async () => {
      const merge = { 'content-type': 'application/merge-patch+json' }
      const strategic = { 'content-type': 'application/strategic-merge-patch+json' }
      expect((await patch('null')).status).toBe(200)
      expect((await patch('null', '', strategic)).status).toBe(200)
      expect(said(await patch('null', '', merge))).toEqual([400, 'Invalid JSON Patch'])
    })
  })

  it('knows items of applied lists by published defaults of their keys', async () => {
    const headers = { 'content-type': 'application/apply-patch+yaml' }
    const pod = JSON.stringify({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'keys' },
      spec: { containers: [{ image: 'x' }, { image: 'y' }] },
    })
    expect(
      said(await client.sendText('PATCH', `${pods}/keys?fieldManager=m`, pod, headers)),
    ).toEqual([
      400,
      'failed to create typed patch object (/keys; /v1, Kind=Pod): .spec.containers: duplicate entries for key [name=""]',
    ])
  })
  it('has no exports any more', async () => {
    expect(said(await client.get(`${configMaps}/a?export=true`))).toEqual([
      400,
      'the export parameter, deprecated since v1.14, is no longer supported',
    ])
  })

  describe('of scales', () => {
    const scale = '/apis/apps/v1/namespaces/default/deployments/scaled/scale'
    const put = async (body: object, query = ''): Promise<unknown> =>
      said(await client.send('PUT', `${scale}${query}`, { spec: { replicas: 1 }, ...body }))
    beforeAll(async () => {
      const labels = { app: 'scaled' }
      await client.send('POST', '/apis/apps/v1/namespaces/default/deployments', {
        metadata: { name: 'scaled' },
        spec: {
          selector: { matchLabels: labels },
          template: {
            metadata: { labels },
            spec: { containers: [{ name: 'c', image: 'c' }] },
          },
        },
      })
    })

    it('judges them as objects of their own', async () => {
      const name = 'scaled'
      expect(await put({ metadata: { name: 'other' } })).toEqual([
        400,
        'the name of the object (other) does not match the name on the URL (scaled)',
      ])
      expect(await put({ metadata: { name, namespace: 'other' } })).toEqual([
        400,
        'the namespace of the provided object does not match the namespace sent on the request',
      ])
      expect(await put({ metadata: { name, uid: 'x' } })).toEqual([
        409,
        expect.stringMatching(
          /^Operation cannot be fulfilled on deployments\/scale\.apps "scaled": Precondition failed: UID in precondition: x, /,
        ),
      ])
      expect(await put({ metadata: { name }, x: 1 }, '?fieldValidation=Strict')).toEqual([
        400,
        'Scale in version "v1" cannot be handled as a Scale: strict decoding error: unknown field "x"',
      ])
      expect(await put({ metadata: { name }, spec: { replicas: 'x' } })).toEqual([
        400,
        'Scale in version "v1" cannot be handled as a Scale: json: cannot unmarshal string into Go struct field ScaleSpec.spec.replicas of type int32',
      ])
      expect(await put({ metadata: { name } })).toEqual([200, undefined])
    })

    it('applies nothing else', async () => {
      const headers = { 'content-type': 'application/apply-patch+yaml' }
      const body = '{apiVersion: apps/v1, kind: Deployment, metadata: {name: scaled}}'
      expect(
        said(await client.sendText('PATCH', `${scale}?fieldManager=m`, body, headers)),
      ).toEqual([400, 'invalid object type: apps/v1, Kind=Deployment'])
    })
  })
})
