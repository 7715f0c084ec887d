import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { type ApiServer, startApiServer } from './index.ts'
import { type Answer, TestClient } from './test-support/test-client.ts'

const base = '/apis/rbac.authorization.k8s.io/v1'
const asBob = { 'impersonate-user': 'bob', 'impersonate-group': 'dev' }

let server: ApiServer
let client: TestClient

beforeAll(async () => {
  server = await startApiServer()
  client = new TestClient(server)
})

afterAll(async () => {
  client.close()
  await server.stop()
})

function role(name: string, rules: object[], more: object = {}): object {
  return {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'Role',
    metadata: { name },
    rules,
    ...more,
  }
}

function binding(name: string, kind: string, roleName: string): object {
  return {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'RoleBinding',
    metadata: { name },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind, name: roleName },
    subjects: [{ kind: 'User', apiGroup: 'rbac.authorization.k8s.io', name: 'bob' }],
  }
}

function roleRule(...verbs: string[]): object {
  return { apiGroups: ['rbac.authorization.k8s.io'], resources: ['roles', 'rolebindings'], verbs }
}

const secretsRule = { apiGroups: [''], resources: ['secrets'], verbs: ['get', 'list'] }

function create(resource: string, body: object, headers?: Record<string, string>): Promise<Answer> {
  return client.send('POST', `${base}/namespaces/default/${resource}`, body, headers)
}

describe('who may write roles and bindings', () => {
  beforeAll(async () => {
    const pods = { apiGroups: [''], resources: ['pods'], verbs: ['get'] }
    const verbs = ['get', 'create', 'update', 'patch']
    await create('roles', role('writer', [roleRule(...verbs), pods]))
    await create('rolebindings', binding('writer', 'Role', 'writer'))
    await create('roles', role('secrets', [secretsRule]))
  })

  it('gives away what he holds, and nothing else', async () => {
    const held = [{ apiGroups: [''], resources: ['pods'], verbs: ['get'] }]
    expect((await create('roles', role('mine', held), asBob)).status).toBe(201)
    const { status, body } = await create('roles', role('more', [...held, secretsRule]), asBob)
    expect(status).toBe(403)
    expect(body).toMatchObject({
      reason: 'Forbidden',
      details: { name: 'more', group: 'rbac.authorization.k8s.io', kind: 'roles' },
      message:
        'roles.rbac.authorization.k8s.io "more" is forbidden: user "bob" (groups=["dev" "system:authenticated"]) is attempting to grant RBAC permissions not currently held:\n' +
        '{APIGroups:[""], Resources:["secrets"], Verbs:["get" "list"]}',
    })
    const changed = await client.send(
      'PUT',
      `${base}/namespaces/default/roles/mine`,
      role('mine', [secretsRule]),
      asBob,
    )
    expect(changed.status).toBe(403)
  })

  it('binds roles that he holds or may bind', async () => {
    const refused = await create('rolebindings', binding('s', 'Role', 'secrets'), asBob)
    expect(refused.body['message']).toContain('is attempting to grant RBAC permissions')
    const missing = await create('rolebindings', binding('s', 'Role', 'nothing'), asBob)
    expect(missing.status).toBe(404)
    expect(missing.body['message']).toBe('roles.rbac.authorization.k8s.io "nothing" not found')
    const bind = { ...roleRule('bind'), resourceNames: ['secrets'] }
    await create('roles', role('binder', [bind]))
    await create('rolebindings', binding('binder', 'Role', 'binder'))
    expect((await create('rolebindings', binding('s', 'Role', 'secrets'), asBob)).status).toBe(201)
    expect((await client.get('/api/v1/namespaces/default/secrets', asBob)).status).toBe(200)
  })

  it('with the verb escalate gives away anything', async () => {
    const any = [{ apiGroups: ['*'], resources: ['*'], verbs: ['*'] }]
    expect((await create('roles', role('any', any), asBob)).status).toBe(403)
    await create('roles', role('escalator', [roleRule('escalate')]))
    await create('rolebindings', binding('escalator', 'Role', 'escalator'))
    expect((await create('roles', role('any', any), asBob)).status).toBe(201)
  })

  it('needs everything for a role that gathers those of others', async () => {
    const clusterRole = (name: string, rules: object[], more = {}): object => ({
      ...role(name, rules, more),
      kind: 'ClusterRole',
    })
    const post = (body: object, headers?: Record<string, string>): Promise<Answer> =>
      client.send('POST', `${base}/clusterroles`, body, headers)
    const verbs = ['create']
    await post(
      clusterRole('maker', [
        { apiGroups: ['rbac.authorization.k8s.io'], resources: ['clusterroles'], verbs },
      ]),
    )
    await client.send('POST', `${base}/clusterrolebindings`, {
      ...binding('maker', 'ClusterRole', 'maker'),
      kind: 'ClusterRoleBinding',
    })
    const aggregationRule = { clusterRoleSelectors: [{ matchLabels: { a: 'b' } }] }
    expect((await post(clusterRole('plain', []), asBob)).status).toBe(201)
    const { body } = await post(clusterRole('gatherer', [], { aggregationRule }), asBob)
    expect(body['message']).toBe(
      'clusterroles.rbac.authorization.k8s.io "gatherer" is forbidden: must have cluster-admin privileges to use the aggregationRule',
    )
  })
})
