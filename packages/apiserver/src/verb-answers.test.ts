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

    it('begins with what comes when no objects are wanted', async () => {
      const query = 'watch=1&sendInitialEvents=false&resourceVersionMatch=NotOlderThan'
      const watch = await client.watch(`${configMaps}?${query}`)
      await client.send('POST', configMaps, { metadata: { name: 'd' } })
      expect(await watch.next()).toMatchObject({ object: { metadata: { name: 'd' } } })
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
})
