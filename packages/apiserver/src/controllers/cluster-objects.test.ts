import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { type ApiServer, startApiServer } from '../index.ts'
import { TestClient } from '../test-support/test-client.ts'

const roles = '/apis/rbac.authorization.k8s.io/v1/clusterroles'

let server: ApiServer
let client: TestClient

beforeAll(async () => {
  server = await startApiServer({ namespaceObjects: true })
  client = new TestClient(server)
})

afterAll(async () => {
  client.close()
  await server.stop()
})

/** Waits for the next events of an object until one satisfies the condition. */
async function until(
  path: string,
  name: string,
  condition: (object: Record<string, unknown>) => boolean,
): Promise<Record<string, unknown>> {
  const watch = await client.watch(`${path}?watch=1&fieldSelector=metadata.name%3D${name}`)
  try {
    for (;;) {
      const { object } = await watch.next()
      if (condition(object)) return object
    }
  } finally {
    watch.close()
  }
}

function role(name: string, labels: Record<string, string>, more: object): object {
  const apiVersion = 'rbac.authorization.k8s.io/v1'
  return { apiVersion, kind: 'ClusterRole', metadata: { name, labels }, ...more }
}

function rule(resource: string): object {
  return { verbs: ['get'], apiGroups: [''], resources: [resource] }
}

describe('cluster roles that are aggregated', () => {
  it('have the rules of the roles that their selectors choose', async () => {
    const aggregationRule = { clusterRoleSelectors: [{ matchLabels: { team: 'a' } }] }
    await client.send('POST', roles, role('sum', {}, { aggregationRule, rules: [] }))
    await client.send('POST', roles, role('one', { team: 'a' }, { rules: [rule('pods')] }))
    await client.send('POST', roles, role('other', { team: 'b' }, { rules: [rule('nodes')] }))
    const isComplete = ({ rules }: Record<string, unknown>): boolean =>
      Array.isArray(rules) && rules.length > 0
    expect(await until(roles, 'sum', isComplete)).toMatchObject({ rules: [rule('pods')] })
    await client.send('DELETE', `${roles}/one`)
    await until(roles, 'sum', (object) => !isComplete(object))
  })

  it('are those of every cluster, too: view, edit and admin', async () => {
    const has = (resource: string) => (object: Record<string, unknown>) =>
      JSON.stringify(object['rules'] ?? '').includes(resource)
    await until(roles, 'view', has('configmaps'))
    await until(roles, 'edit', has('pods/eviction'))
    await until(roles, 'admin', has('localsubjectaccessreviews'))
  })

  it('are written once', async () => {
    const { body } = await client.get(`${roles}/admin`)
    const { resourceVersion } = body['metadata'] as { resourceVersion: string }
    await client.send('POST', roles, role('unrelated', { x: 'y' }, { rules: [] }))
    await client.send('DELETE', `${roles}/unrelated`)
    expect((await client.get(`${roles}/admin`)).body).toMatchObject({
      metadata: { resourceVersion },
    })
  })
})

describe('every namespace', () => {
  it('has a default service account and the certificate of the server', async () => {
    await client.send('POST', '/api/v1/namespaces', {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: 'fresh' },
    })
    for (const namespace of ['default', 'fresh']) {
      const base = `/api/v1/namespaces/${namespace}`
      expect((await client.get(`${base}/serviceaccounts/default`)).status).toBe(200)
      const { body } = await client.get(`${base}/configmaps/kube-root-ca.crt`)
      expect(body['data']).toEqual({ 'ca.crt': server.caCertificate })
    }
  })

  it('gets them back', async () => {
    const accounts = '/api/v1/namespaces/fresh/serviceaccounts'
    const { body } = await client.get(`${accounts}/default`)
    const { uid } = body['metadata'] as { uid: string }
    await client.send('DELETE', `${accounts}/default`)
    const next = await until(accounts, 'default', () => true)
    expect((next['metadata'] as { uid: string }).uid).not.toBe(uid)
  })

  it('can go all the same', async () => {
    const { status } = await client.send('DELETE', '/api/v1/namespaces/fresh')
    expect(status).toBe(200)
    const watch = await client.watch(
      '/api/v1/namespaces?watch=1&resourceVersion=1&fieldSelector=metadata.name%3Dfresh',
    )
    for (let { type } = await watch.next(); type !== 'DELETED'; { type } = await watch.next());
    watch.close()
  })
})

describe('the cluster', () => {
  it('has what every cluster has', async () => {
    const paths = [
      '/api/v1/namespaces/default/services/kubernetes',
      '/api/v1/namespaces/default/endpoints/kubernetes',
      '/apis/discovery.k8s.io/v1/namespaces/default/endpointslices/kubernetes',
      '/api/v1/namespaces/kube-system/configmaps/extension-apiserver-authentication',
      '/apis/scheduling.k8s.io/v1/priorityclasses/system-node-critical',
      '/apis/flowcontrol.apiserver.k8s.io/v1/flowschemas/catch-all',
      '/apis/flowcontrol.apiserver.k8s.io/v1/prioritylevelconfigurations/exempt',
      '/apis/apiregistration.k8s.io/v1/apiservices/v1.apps',
      '/apis/rbac.authorization.k8s.io/v1/clusterrolebindings/cluster-admin',
      '/apis/rbac.authorization.k8s.io/v1/namespaces/kube-public/roles/system:controller:bootstrap-signer',
    ]
    for (const path of paths) expect([path, (await client.get(path)).status]).toEqual([path, 200])
  })
})
