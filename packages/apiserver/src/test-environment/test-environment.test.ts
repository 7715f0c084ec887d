import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { FakeClock } from '@fairlead/base/testing'
import type { KubernetesObject } from '@fairlead/kube-core'
import { afterEach, describe, expect, it } from 'vitest'

import { TestClient } from '../test-support/test-client.ts'
import type { ObservedRequest } from './request-observers.ts'
import { TestEnvironment } from './test-environment.ts'

const widgets: KubernetesObject = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'widgets.example.com' },
  spec: {
    group: 'example.com',
    scope: 'Namespaced',
    names: { plural: 'widgets', kind: 'Widget' },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        schema: {
          openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
        },
      },
    ],
  },
}

const configMap = (name: string, data: Record<string, string> = {}): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name },
  data,
})

const configMaps = '/api/v1/namespaces/default/configmaps'

describe('a test environment', () => {
  const cleanUps: (() => void)[] = []
  afterEach(() => {
    for (const cleanUp of cleanUps.splice(0)) cleanUp()
  })

  function clientOf(environment: TestEnvironment): TestClient {
    const client = new TestClient(environment.server)
    cleanUps.push(() => client.close())
    return client
  }

  function folderWith(files: Readonly<Record<string, string>>): string {
    const folder = mkdtempSync(join(tmpdir(), 'fairlead-manifests-'))
    cleanUps.push(() => rmSync(folder, { recursive: true, force: true }))
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
    return folder
  }

  it('starts with definitions and objects, from objects, files and directories', async () => {
    const folder = folderWith({
      'crds.yaml': `---\n# none\n---\n${JSON.stringify(widgets)}\n`,
      'kustomization.yaml': 'apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n',
      'README.md': 'no manifest',
    })
    const list = { apiVersion: 'v1', kind: 'List', items: [configMap('a'), configMap('b')] }
    const file = join(folderWith({ 'list.json': JSON.stringify(list) }), 'list.json')
    await using environment = await TestEnvironment.start({
      crds: [folder],
      objects: [file, { apiVersion: 'example.com/v1', kind: 'Widget', metadata: { name: 'w' } }],
    })
    const client = clientOf(environment)
    expect((await client.get(`${configMaps}/b`)).status).toBe(200)
    expect((await client.get('/apis/example.com/v1/namespaces/default/widgets/w')).status).toBe(200)
  })

  it('installs again what is there, and removes', async () => {
    await using environment = await TestEnvironment.start({ objects: [configMap('a')] })
    const [changed] = await environment.install(configMap('a', { key: 'value' }))
    expect(changed).toMatchObject({ data: { key: 'value' } })
    await environment.remove(configMap('a'), configMap('b'))
    expect((await clientOf(environment).get(`${configMaps}/a`)).status).toBe(404)
  })

  it.each([
    ['a: [', /list\.yaml: /],
    ['kind: ConfigMap', /list\.yaml: an object has no apiVersion or no kind/],
    ['{apiVersion: v1, kind: Nothing}', /no kind "Nothing" in v1 is served/],
    ['{apiVersion: v1, kind: ConfigMap, metadata: {name: A_}}', /metadata\.name: Invalid value/],
  ])('does not start with %j', async (text, message) => {
    const file = join(folderWith({ 'list.yaml': text }), 'list.yaml')
    await expect(TestEnvironment.start({ objects: [file] })).rejects.toThrow(message)
  })

  it('does not start with a definition whose kind cannot be served', async () => {
    const clash = structuredClone(widgets)
    clash.metadata.name = 'gadgets.example.com'
    clash['spec'] = { ...(clash['spec'] as object), names: { plural: 'gadgets', kind: 'Widget' } }
    await expect(TestEnvironment.start({ crds: [widgets, clash] })).rejects.toThrow(
      /the kind of gadgets\.example\.com is not served: "WidgetList" is already in use/,
    )
  })

  it('knows users by their certificates', async () => {
    await using environment = await TestEnvironment.start()
    const jane = environment.addUser({ name: 'jane', groups: ['team'] })
    expect(jane.kubeconfig).toContain('name: jane')
    const client = new TestClient(environment.server, undefined, jane)
    cleanUps.push(() => client.close())
    const review = { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' }
    const { body } = await client.send(
      'POST',
      '/apis/authentication.k8s.io/v1/selfsubjectreviews',
      review,
    )
    expect(body).toMatchObject({
      status: { userInfo: { username: 'jane', groups: ['team', 'system:authenticated'] } },
    })
  })

  it('has webhooks called where the operator under test serves them', async () => {
    const service = { namespace: 'system', name: 'webhooks', path: '/validate' }
    const configuration: KubernetesObject = {
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'ValidatingWebhookConfiguration',
      metadata: { name: 'checks' },
      webhooks: [
        {
          name: 'check.example.com',
          clientConfig: { service },
          rules: [
            { apiGroups: ['x'], apiVersions: ['v1'], operations: ['CREATE'], resources: ['y'] },
          ],
          sideEffects: 'None',
          admissionReviewVersions: ['v1'],
        },
      ],
    }
    const environment = await TestEnvironment.start({
      webhooks: { configurations: [configuration] },
    })
    const { webhooks } = environment
    expect(webhooks).toBeDefined()
    const { certDir = '', port, caCertificate = '', certificate } = webhooks ?? {}
    expect(readFileSync(join(certDir, 'tls.crt'), 'utf8')).toBe(certificate)
    const path = '/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations/checks'
    const { body } = await clientOf(environment).get(path)
    expect(body).toMatchObject({
      webhooks: [
        {
          clientConfig: {
            url: `https://127.0.0.1:${port}/validate`,
            caBundle: Buffer.from(caCertificate).toString('base64'),
          },
        },
      ],
    })
    await environment.stop()
    expect(() => readFileSync(join(certDir, 'tls.crt'))).toThrow('ENOENT')
  })

  it('stops while a request is held, whatever its clock', async () => {
    const environment = await TestEnvironment.start({ clock: new FakeClock() })
    const hang = environment.faults.inject({ verbs: ['list'], fault: { type: 'hang' } })
    const delay = environment.faults.inject({ fault: { type: 'delay', ms: 60_000 } })
    const client = clientOf(environment)
    const failed = (path: string) => client.get(path).catch((error: unknown) => error)
    const held = Promise.all([failed(configMaps), failed('/version')])
    await expect.poll(() => [hang.hits, delay.hits]).toEqual([1, 1])
    await environment.stop()
    expect(await held).toEqual([expect.any(Error), expect.any(Error)])
  })

  it('tells of requests as roles name them', async () => {
    await using environment = await TestEnvironment.start()
    const jane = environment.addUser({ name: 'jane', groups: ['system:masters'] })
    const client = new TestClient(environment.server, undefined, jane)
    cleanUps.push(() => client.close())
    const seen: ObservedRequest[] = []
    const stop = environment.onRequest((request) => seen.push(request))
    await client.get(`${configMaps}?fieldSelector=metadata.name%3Da`)
    await client.get(`${configMaps}/a/status`)
    await client.get('/version')
    environment.faults.inject({ fault: { type: 'drop' } })
    await client.get('/healthz').catch(() => {})
    stop()
    await client.get('/readyz').catch(() => {})
    const map = { group: '', resource: 'configmaps', namespace: 'default', name: 'a', user: 'jane' }
    const path = { verb: 'get', group: '', resource: '', namespace: '', name: '', user: 'jane' }
    expect(seen).toEqual([
      { verb: 'list', ...map, status: 200 },
      { verb: 'get', ...map, subresource: 'status', status: 404 },
      { ...path, path: '/version', status: 200 },
      { ...path, path: '/healthz', status: undefined },
    ])
  })
})
