import { createPublicKey, verify } from 'node:crypto'

import { afterEach, describe, expect, it } from 'vitest'
import { parse } from 'yaml'

import { type ApiServer, type ApiServerOptions, startApiServer } from './index.ts'
import { TestClient } from './test-support/test-client.ts'

const running: { stop(): unknown }[] = []

afterEach(async () => {
  for (const each of running.splice(0).toReversed()) await each.stop()
})

async function start(options: ApiServerOptions = {}): Promise<ApiServer> {
  const server = await startApiServer(options)
  running.push(server)
  return server
}

function clientOf(...asked: ConstructorParameters<typeof TestClient>): TestClient {
  const client = new TestClient(...asked)
  running.push({ stop: () => client.close() })
  return client
}

/** The client certificate of a kubeconfig. */
function identityOf(kubeconfig: string): { certificate: string; privateKey: string } {
  const { users } = parse(kubeconfig) as { users: { user: Record<string, string> }[] }
  const text = (field: string): string =>
    Buffer.from(users[0]?.user[field] ?? '', 'base64').toString('utf8')
  return {
    certificate: text('client-certificate-data'),
    privateKey: text('client-key-data'),
  }
}

async function whoAmI(client: TestClient): Promise<unknown> {
  const { body } = await client.send('POST', '/apis/authentication.k8s.io/v1/selfsubjectreviews', {
    apiVersion: 'authentication.k8s.io/v1',
    kind: 'SelfSubjectReview',
  })
  return (body['status'] as { userInfo?: unknown } | undefined)?.userInfo
}

describe('users', () => {
  it('can be added, and may do what roles bound to them say', async () => {
    const server = await start()
    const { kubeconfig, token } = server.addUser({ name: 'ann', groups: ['viewers'] })
    const byCertificate = clientOf(server, undefined, identityOf(kubeconfig))
    const byToken = clientOf(server, token)
    const groups = ['viewers', 'system:authenticated']
    expect(await whoAmI(byToken)).toEqual({ username: 'ann', groups })
    expect(await whoAmI(byCertificate)).toEqual({
      username: 'ann',
      groups,
      extra: {
        'authentication.kubernetes.io/credential-id': [
          expect.stringMatching(/^X509SHA256=[0-9a-f]{64}$/),
        ],
      },
    })
    const path = '/api/v1/namespaces/default/configmaps'
    expect((await byToken.get(path)).body['message']).toBe(
      'configmaps is forbidden: User "ann" cannot list resource "configmaps" in API group "" in the namespace "default"',
    )
    const rbac = 'rbac.authorization.k8s.io'
    await clientOf(server).send('POST', `/apis/${rbac}/v1/namespaces/default/rolebindings`, {
      apiVersion: `${rbac}/v1`,
      kind: 'RoleBinding',
      metadata: { name: 'viewers' },
      roleRef: { apiGroup: rbac, kind: 'ClusterRole', name: 'system:aggregate-to-view' },
      subjects: [{ kind: 'Group', apiGroup: rbac, name: 'viewers' }],
    })
    for (const client of [byToken, byCertificate]) expect((await client.get(path)).status).toBe(200)
    expect((await byToken.get('/api/v1/namespaces/default/secrets')).status).toBe(403)
  })

  it('may be known by tokens that are given', async () => {
    const user = { name: 'ci', groups: ['system:masters'], uid: '7' }
    const server = await start({ staticTokens: [{ token: 'secret', user }] })
    const client = clientOf(server, 'secret')
    expect(await whoAmI(client)).toEqual({
      username: 'ci',
      uid: '7',
      groups: ['system:masters', 'system:authenticated'],
    })
  })

  it('without credentials are anonymous, or nobody', async () => {
    const open = clientOf(await start(), '')
    expect((await open.get('/version')).status).toBe(200)
    expect((await open.get('/api')).status).toBe(403)
    const closed = clientOf(await start({ anonymous: false }), '')
    expect((await closed.get('/version')).status).toBe(401)
  })

  it('may do everything where nothing is enforced', async () => {
    const anybody = clientOf(await start({ authorization: 'AlwaysAllow' }), '')
    expect((await anybody.get('/api/v1/secrets')).status).toBe(200)
  })

  it('may be others, with a UID and more, when they are allowed to', async () => {
    const client = clientOf(await start())
    const as = {
      'impersonate-user': 'bob',
      'impersonate-group': 'dev',
      'impersonate-uid': '1',
      'impersonate-extra-acme.com%2fscope': 'a',
    }
    const review = '/apis/authentication.k8s.io/v1/selfsubjectreviews'
    const question = { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' }
    const { body } = await client.send('POST', review, question, as)
    expect(body['status']).toEqual({
      userInfo: {
        username: 'bob',
        uid: '1',
        groups: ['dev', 'system:authenticated'],
        extra: { 'acme.com/scope': ['a'] },
      },
    })
    const server = await start()
    const { token } = server.addUser({ name: 'ann' })
    const ann = clientOf(server, token)
    const message = async (headers: Record<string, string>): Promise<unknown> =>
      (await ann.get('/version', headers)).body['message']
    expect(await message({ 'impersonate-user': 'system:serviceaccount:a:robot' })).toBe(
      'serviceaccounts "robot" is forbidden: User "ann" cannot impersonate resource "serviceaccounts" in API group "" in the namespace "a"',
    )
    expect(await message({ 'impersonate-uid': '1' })).toBe(
      'requested [{UID  1  authentication.k8s.io/v1  }] without impersonating a user',
    )
  })
})

describe('others', () => {
  it('can verify tokens of service accounts', async () => {
    const server = await start()
    const client = clientOf(server)
    const accounts = '/api/v1/namespaces/default/serviceaccounts'
    await client.send('POST', accounts, {
      metadata: { name: 'robot' },
      kind: 'ServiceAccount',
      apiVersion: 'v1',
    })
    const { body } = await client.send('POST', `${accounts}/robot/token`, {})
    const { token } = body['status'] as { token: string }
    const document = await client.get('/.well-known/openid-configuration')
    expect(document.body).toMatchObject({
      issuer: 'https://kubernetes.default.svc',
      jwks_uri: `${server.url}/openid/v1/jwks`,
      id_token_signing_alg_values_supported: ['ES256'],
    })
    const { body: published, headers } = await client.get('/openid/v1/jwks')
    expect(headers['content-type']).toBe('application/jwk-set+json')
    const [jwk] = published['keys'] as Record<string, string>[]
    const [header, payload, signature = ''] = token.split('.')
    const key = createPublicKey({ format: 'jwk', key: jwk ?? {} })
    const content = Buffer.from(`${header}.${payload}`)
    const bytes = Buffer.from(signature, 'base64url')
    expect(verify('sha256', content, { key, dsaEncoding: 'ieee-p1363' }, bytes)).toBe(true)
    const strict = await client.get('/openid/v1/jwks', { accept: 'application/json' })
    expect(strict.status).toBe(406)
  })
})
