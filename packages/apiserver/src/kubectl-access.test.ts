import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { makeSigningRequest } from '@fairlead/pki/testing'

import { type ApiServer, startApiServer } from './index.ts'
import { TestClient } from './test-support/test-client.ts'

const kubectlPath = process.env['KUBECTL'] ?? 'kubectl'

let server: ApiServer
let home: string

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'fairlead-access-'))
  server = await startApiServer({ namespaceObjects: true })
  writeFileSync(join(home, 'kubeconfig'), server.kubeconfig(), { mode: 0o600 })
})

afterAll(async () => {
  await server.stop()
  rmSync(home, { recursive: true, force: true })
})

interface Outcome {
  readonly code: number
  readonly output: string
  readonly errors: string
}

function kubectl(words: string, input = ''): Promise<Outcome> {
  const env = { ...process.env, HOME: home, KUBECONFIG: join(home, 'kubeconfig') }
  return new Promise((resolve) => {
    const child = execFile(kubectlPath, words.split(' '), { env }, (error, output, errors) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, output, errors })
    })
    child.stdin?.end(input)
  })
}

async function succeed(words: string, input?: string): Promise<string> {
  const { code, output, errors } = await kubectl(words, input)
  expect(code === 0 ? '' : `${words}: ${errors}`).toBe('')
  return output
}

describe('kubectl', () => {
  it('says what somebody may do', async () => {
    expect(await succeed('auth can-i delete namespaces')).toContain('yes')
    const denied = await kubectl('auth can-i list secrets --as bob')
    expect(denied).toMatchObject({ code: 1, output: 'no\n' })
    await succeed('create role reader --verb=get,list --resource=pods,pods/log')
    await succeed('create rolebinding readers --role=reader --group=dev')
    const asDev = '--as bob --as-group dev'
    expect(await succeed(`auth can-i get pods --subresource=log ${asDev}`)).toContain('yes')
    const listed = await succeed(`auth can-i --list ${asDev} --as-group system:authenticated`)
    expect(listed).toMatch(/pods\/log +\[] +\[] +\[get list]/)
    expect(listed).toMatch(/selfsubjectaccessreviews.authorization.k8s.io +\[] +\[] +\[create]/)
    expect(listed).toMatch(/\[\/healthz] +\[] +\[get]/)
    const refused = await kubectl(`get secrets ${asDev}`)
    expect(refused.errors).toContain(
      'secrets is forbidden: User "bob" cannot list resource "secrets" in API group "" in the namespace "default"',
    )
  })

  it('says who somebody is', async () => {
    const output = await succeed('auth whoami --as bob --as-group dev --as-uid 7')
    expect(output).toMatch(/Username +bob/)
    expect(output).toMatch(/UID +7/)
    expect(output).toMatch(/Groups +\[dev system:authenticated]/)
    expect(await succeed('auth whoami')).toMatch(
      /Extra: authentication.kubernetes.io\/credential-id +\[X509SHA256=/,
    )
  })

  it('reconciles roles', async () => {
    const manifest = `
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: reconciled, namespace: default}
rules: [{apiGroups: [''], resources: [configmaps], verbs: [get, list]}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: reconciled, namespace: default}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: reconciled}
subjects: [{apiGroup: rbac.authorization.k8s.io, kind: User, name: ann}]
`
    expect(await succeed('auth reconcile -f -', manifest)).toContain('reconciled')
    const more = manifest.replace('[get, list]', '[watch]').replace('name: ann', 'name: ben')
    await succeed('auth reconcile -f -', more)
    expect(await succeed('auth can-i get configmaps --as ann')).toContain('yes')
    expect(await succeed('auth can-i watch configmaps --as ben')).toContain('yes')
  })

  it('creates tokens of service accounts, with which kubectl can be used', async () => {
    await succeed('create serviceaccount robot')
    await succeed(
      'create clusterrolebinding robot --clusterrole=view --serviceaccount=default:robot',
    )
    const token = (await succeed('create token robot --duration 20m')).trim()
    const asRobot = ['--kubeconfig', '/dev/null', '--token', token, '--server', server.url]
    const options = [...asRobot, '--insecure-skip-tls-verify'].join(' ')
    expect(await succeed(`auth whoami ${options}`)).toMatch(
      /Username +system:serviceaccount:default:robot/,
    )
    expect(await succeed(`get configmaps ${options}`)).toContain('kube-root-ca.crt')
    expect((await kubectl(`get secrets ${options}`)).code).toBe(1)
    expect((await kubectl('create token nobody')).errors).toContain(
      'serviceaccounts "nobody" not found',
    )
    expect((await kubectl('create token robot --duration 1m')).errors).toContain(
      'may not specify a duration less than 10 minutes',
    )
  })

  it('approves certificates, with which users come', async () => {
    const { request, privateKey } = makeSigningRequest('jane', ['dev'])
    const manifest = (name: string, text: string): string =>
      JSON.stringify({
        apiVersion: 'certificates.k8s.io/v1',
        kind: 'CertificateSigningRequest',
        metadata: { name },
        spec: {
          request: Buffer.from(text).toString('base64'),
          signerName: 'kubernetes.io/kube-apiserver-client',
          usages: ['client auth'],
          expirationSeconds: 3600,
        },
      })
    await succeed('create -f -', manifest('jane', request))
    expect(await succeed('get csr jane -o jsonpath={.spec.username}')).toBe('admin')
    await succeed('certificate approve jane')
    await succeed('wait --for=jsonpath={.status.certificate} csr/jane --timeout=20s')
    const encoded = await succeed('get csr jane -o jsonpath={.status.certificate}')
    const certificate = Buffer.from(encoded, 'base64').toString('utf8')
    const jane = new TestClient(server, undefined, { certificate, privateKey })
    const pods = await jane.get('/api/v1/namespaces/default/pods')
    jane.close()
    expect(pods.status).toBe(200)
    await succeed('create -f -', manifest('denied', makeSigningRequest('x').request))
    await succeed('certificate deny denied')
    const conditions = 'jsonpath={.status.conditions[*].type}'
    expect(await succeed(`get csr denied -o ${conditions}`)).toBe('Denied')
    const masters = makeSigningRequest('x', ['system:masters']).request
    expect((await kubectl('create -f -', manifest('masters', masters))).errors).toContain(
      'use of kubernetes.io/kube-apiserver-client signer with system:masters group is not allowed',
    )
  })
})
