import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'

import { startApiServer, type ApiServer } from './index.ts'
import { TestClient } from './test-support/test-client.ts'
import { startWebhook, type WebhookServer } from './test-support/webhook-server.ts'

type Json = Record<string, unknown>

const namespace = '/api/v1/namespaces/default'
const deployment = '/apis/apps/v1/namespaces/default/deployments/web'
const configurations = '/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations'

let server: ApiServer
let client: TestClient
let webhook: WebhookServer
/** What the webhook has been asked since the test began. */
let asked: Json[] = []
/** The operations with which it answers; without any it only looks. */
let patch: Json[] = []

beforeAll(async () => {
  server = await startApiServer()
  client = new TestClient(server)
  webhook = await startWebhook(({ body }) => {
    const request = body['request'] as Json
    asked.push(request)
    const changes = {
      patchType: 'JSONPatch',
      patch: Buffer.from(JSON.stringify(patch)).toString('base64'),
    }
    const response = { uid: request['uid'], allowed: true, ...(patch.length > 0 ? changes : {}) }
    return { ...body, request: undefined, response }
  })
  const containers = [{ name: 'main', image: 'i' }]
  await client.send('POST', `${namespace}/pods`, { metadata: { name: 'a' }, spec: { containers } })
  await client.send('POST', `${namespace}/serviceaccounts`, { metadata: { name: 'robot' } })
  await client.send('POST', deployment.replace(/\/web$/, ''), {
    metadata: { name: 'web' },
    spec: {
      replicas: 1,
      selector: { matchLabels: { a: 'b' } },
      template: { metadata: { labels: { a: 'b' } }, spec: { containers } },
    },
  })
})
afterEach(async () => {
  await client.send('DELETE', configurations)
  asked = []
  patch = []
})
afterAll(async () => {
  client.close()
  await server.stop()
  await webhook.close()
})

async function listen(resource: string, more: Json = {}): Promise<void> {
  const { status } = await client.send('POST', configurations, {
    metadata: { name: 'w' },
    webhooks: [
      {
        name: 'w.example.com',
        admissionReviewVersions: ['v1'],
        sideEffects: 'None',
        clientConfig: { url: webhook.url, caBundle: webhook.caBundle },
        rules: [{ apiGroups: ['*'], apiVersions: ['*'], resources: [resource], operations: ['*'] }],
        ...more,
      },
    ],
  })
  expect(status).toBe(201)
}

describe('a connection', () => {
  test('is admitted with its options, before the pod is looked for', async () => {
    await listen('pods/exec')
    const path = 'pods/nobody/exec?command=ls&command=-l&stdin=1&stdout=false&container=main'
    expect((await client.send('POST', `${namespace}/${path}`)).status).toBe(404)
    expect(asked).toEqual([
      {
        uid: expect.any(String) as string,
        operation: 'CONNECT',
        kind: { group: '', version: 'v1', kind: 'PodExecOptions' },
        requestKind: { group: '', version: 'v1', kind: 'PodExecOptions' },
        resource: { group: '', version: 'v1', resource: 'pods' },
        requestResource: { group: '', version: 'v1', resource: 'pods' },
        subResource: 'exec',
        requestSubResource: 'exec',
        name: 'nobody',
        namespace: 'default',
        object: {
          kind: 'PodExecOptions',
          apiVersion: 'v1',
          stdin: true,
          container: 'main',
          command: ['ls', '-l'],
        },
        oldObject: null,
        options: null,
        dryRun: false,
        userInfo: expect.any(Object) as object,
      },
    ])
  })

  test.each([
    ['pods/a/attach?tty=true', { kind: 'PodAttachOptions', apiVersion: 'v1', tty: true }],
    [
      'pods/a/portforward?ports=80',
      { kind: 'PodPortForwardOptions', apiVersion: 'v1', ports: [80] },
    ],
    ['pods/a/proxy/x/', { kind: 'PodProxyOptions', apiVersion: 'v1', path: '/x/' }],
    ['services/s/proxy', { kind: 'ServiceProxyOptions', apiVersion: 'v1' }],
  ])('%s has options of its own', async (path, object) => {
    await listen('*/*')
    await client.send('GET', `${namespace}/${path}`)
    expect(asked.map((each) => each['object'])).toEqual([object])
  })

  test('can be refused by a policy', async () => {
    const group = '/apis/admissionregistration.k8s.io/v1'
    await client.send('POST', `${group}/validatingadmissionpolicies`, {
      metadata: { name: 'p' },
      spec: {
        matchConstraints: {
          resourceRules: [
            {
              apiGroups: [''],
              apiVersions: ['v1'],
              resources: ['pods/exec'],
              operations: ['CONNECT'],
            },
          ],
        },
        validations: [{ expression: "object.command[0] != 'sh'", message: 'no shells' }],
      },
    })
    await client.send('POST', `${group}/validatingadmissionpolicybindings`, {
      metadata: { name: 'b' },
      spec: { policyName: 'p', validationActions: ['Deny'] },
    })
    expect(await client.send('POST', `${namespace}/pods/a/exec?command=sh`)).toMatchObject({
      status: 422,
      body: { message: expect.stringMatching(/^pods "a" is forbidden: .*: no shells$/) as string },
    })
    expect((await client.send('POST', `${namespace}/pods/a/exec?command=ls`)).status).toBe(400)
    await client.send('DELETE', `${group}/validatingadmissionpolicybindings`)
    await client.send('DELETE', `${group}/validatingadmissionpolicies`)
  })

  test('knows no dry run, and needs numbers as ports', async () => {
    const send = async (query: string) => {
      const { status, body } = await client.send('GET', `${namespace}/pods/a/portforward?${query}`)
      return [status, body['message']]
    }
    expect(await send('dryRun=All')).toEqual([400, 'dryRun is not supported'])
    expect(await send('ports=x')).toEqual([400, 'strconv.ParseInt: parsing "x": invalid syntax'])
  })

  test('is not chosen by labels, which its options do not have', async () => {
    await listen('pods/exec', { objectSelector: { matchLabels: { a: 'b' } } })
    await client.send('POST', `${namespace}/pods/a/exec?command=ls`)
    expect(asked).toEqual([])
  })
})

describe('a scale', () => {
  const scale = (replicas: number) =>
    client.send(
      'PATCH',
      `${deployment}/scale`,
      { spec: { replicas } },
      {
        'content-type': 'application/merge-patch+json',
      },
    )

  test('is what admission sees, before and after', async () => {
    await listen('deployments/scale')
    expect((await scale(2)).status).toBe(200)
    expect(asked).toMatchObject([
      {
        operation: 'UPDATE',
        kind: { group: 'autoscaling', version: 'v1', kind: 'Scale' },
        resource: { group: 'apps', version: 'v1', resource: 'deployments' },
        subResource: 'scale',
        object: { kind: 'Scale', spec: { replicas: 2 }, status: { selector: 'a=b' } },
        oldObject: { kind: 'Scale', spec: { replicas: 1 } },
      },
    ])
  })

  test('is stored as admission changes it', async () => {
    patch = [{ op: 'replace', path: '/spec/replicas', value: 5 }]
    await listen('deployments/scale')
    expect(await scale(3)).toMatchObject({ body: { spec: { replicas: 5 } } })
    expect((await client.send('GET', deployment)).body['spec']).toMatchObject({ replicas: 5 })
  })
})

describe('what a subresource creates', () => {
  test('an eviction is admitted, and the deletion is not asked about', async () => {
    await listen('*/*')
    const containers = [{ name: 'main', image: 'i' }]
    await client.send('POST', `${namespace}/pods`, {
      metadata: { name: 'e' },
      spec: { containers },
    })
    asked = []
    const answer = await client.send('POST', `${namespace}/pods/e/eviction`, {
      apiVersion: 'policy/v1',
      kind: 'Eviction',
      metadata: { name: 'e' },
    })
    expect(answer.status).toBe(201)
    expect(asked).toMatchObject([
      { operation: 'CREATE', subResource: 'eviction', kind: { kind: 'Eviction' }, name: 'e' },
    ])
  })

  test('a binding is stored as admission changes it', async () => {
    patch = [{ op: 'replace', path: '/target/name', value: 'other' }]
    await listen('pods/binding')
    const answer = await client.send('POST', `${namespace}/pods/a/binding`, {
      apiVersion: 'v1',
      kind: 'Binding',
      metadata: { name: 'a' },
      target: { kind: 'Node', name: 'node' },
    })
    expect(answer.status).toBe(201)
    expect((await client.send('GET', `${namespace}/pods/a`)).body['spec']).toMatchObject({
      nodeName: 'other',
    })
  })

  test('a request for a token can be changed', async () => {
    patch = [{ op: 'replace', path: '/spec/expirationSeconds', value: 1200 }]
    await listen('serviceaccounts/token')
    const answer = await client.send('POST', `${namespace}/serviceaccounts/robot/token`, {
      apiVersion: 'authentication.k8s.io/v1',
      kind: 'TokenRequest',
      spec: { audiences: ['x'] },
    })
    expect(answer).toMatchObject({ status: 201, body: { spec: { expirationSeconds: 1200 } } })
    expect(asked).toMatchObject([
      { kind: { group: 'authentication.k8s.io', version: 'v1', kind: 'TokenRequest' } },
    ])
  })
})
