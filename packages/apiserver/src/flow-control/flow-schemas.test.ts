import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { type ApiServer, startApiServer } from '../index.ts'
import { TestClient } from '../test-support/test-client.ts'
import { type FlowSchemaRule, ruleMeans } from './flow-schema-rule.ts'

const flowControl = '/apis/flowcontrol.apiserver.k8s.io/v1'

describe('the flow of a request', () => {
  let server: ApiServer
  let client: TestClient
  const names = new Map<string, string>()

  beforeAll(async () => {
    server = await startApiServer()
    client = new TestClient(server)
    for (const plural of ['flowschemas', 'prioritylevelconfigurations']) {
      const { body } = await client.get(`${flowControl}/${plural}`)
      const { items } = body as { items: { metadata: { uid: string; name: string } }[] }
      for (const { metadata } of items) names.set(metadata.uid, metadata.name)
    }
  })
  afterAll(async () => {
    client.close()
    await server.stop()
  })

  async function flowOf(path: string, headers: Record<string, string> = {}) {
    const answer = await client.get(path, headers)
    const named = (header: string) => names.get(String(answer.headers[header]))
    return [named('x-kubernetes-pf-flowschema-uid'), named('x-kubernetes-pf-prioritylevel-uid')]
  }

  it.each([
    ['/api/v1/namespaces/default', {}, ['exempt', 'exempt']],
    ['/healthz', { authorization: '' }, ['probes', 'exempt']],
    [
      '/api/v1/namespaces/default/pods',
      { 'impersonate-user': 'bob' },
      ['global-default', 'global-default'],
    ],
    [
      '/api/v1/namespaces/default/pods',
      { 'impersonate-user': 'system:serviceaccount:default:robot' },
      ['service-accounts', 'workload-low'],
    ],
    [
      '/apis/coordination.k8s.io/v1/namespaces/kube-system/leases/x',
      { 'impersonate-user': 'system:kube-scheduler' },
      ['system-leader-election', 'leader-election'],
    ],
  ])('of %s by %o is %j', async (path, headers, expected) => {
    expect(await flowOf(path, headers)).toEqual(expected)
  })

  it('follows the stored schemas, and is told of watches too', async () => {
    const created = await client.send('POST', `${flowControl}/flowschemas`, {
      metadata: { name: 'of-bob' },
      spec: {
        matchingPrecedence: 2,
        priorityLevelConfiguration: { name: 'workload-high' },
        rules: [
          {
            subjects: [{ kind: 'User', user: { name: 'bob' } }],
            nonResourceRules: [{ verbs: ['get'], nonResourceURLs: ['/version'] }],
          },
        ],
      },
    })
    expect(created.status).toBe(201)
    const { uid } = created.body['metadata'] as { uid: string }
    names.set(uid, 'of-bob')
    const asBob = { 'impersonate-user': 'bob' }
    expect(await flowOf('/version', asBob)).toEqual(['of-bob', 'workload-high'])
    const none = await client.get('/version', { authorization: 'Bearer wrong' })
    expect(none.status).toBe(401)
    expect(none.headers).not.toHaveProperty('x-kubernetes-pf-flowschema-uid')
    expect(await flowOf('/api/v1/pods?watch=1&timeoutSeconds=-1')).toEqual(['exempt', 'exempt'])
  })
})

describe('a rule', () => {
  const rule = (more: object): FlowSchemaRule => ({
    subjects: [{ kind: 'ServiceAccount', serviceAccount: { namespace: 'a', name: '*' } }],
    ...more,
  })
  const account = { name: 'system:serviceaccount:a:b', groups: [] }
  const access = { verb: 'get', group: '', resource: 'pods', namespace: 'a', name: '' }
  const resources = { verbs: ['*'], apiGroups: [''], resources: ['pods'], namespaces: ['a'] }

  it('means resources by all that it names', () => {
    const resourceRules = [resources]
    expect(ruleMeans(rule({ resourceRules }), account, access)).toBe(true)
    const others = [
      { ...access, namespace: 'b' },
      { ...access, namespace: '' },
      { ...access, subresource: 'log' },
      { ...access, group: 'apps' },
      { ...access, path: '/x' },
    ]
    for (const other of others) {
      expect(ruleMeans(rule({ resourceRules }), account, other)).toBe(false)
    }
    const cluster = [{ ...resources, clusterScope: true }]
    expect(ruleMeans(rule({ resourceRules: cluster }), account, { ...access, namespace: '' })).toBe(
      true,
    )
    const elsewhere = { name: 'system:serviceaccount:ab:b', groups: [] }
    expect(ruleMeans(rule({ resourceRules }), elsewhere, access)).toBe(false)
  })

  it.each([
    ['/x', true],
    ['/x/y', true],
    ['/xy', false],
  ])('means %s: %s', (path, expected) => {
    const nonResourceRules = [{ verbs: ['get'], nonResourceURLs: ['/x/*', '/x'] }]
    const request = { verb: 'get', group: '', resource: '', namespace: '', name: '', path }
    expect(ruleMeans(rule({ nonResourceRules }), account, request)).toBe(expected)
  })
})
