import { afterAll, beforeAll, expect, test } from 'vitest'

import { startApiServer, type ApiServer } from './index.ts'
import { TestClient, type Answer } from './test-support/test-client.ts'

type Json = Record<string, unknown>

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

const label = (mode: string): string => `pod-security.kubernetes.io/${mode}`
const namespace = (name: string, labels: Json): Promise<Answer> =>
  client.send('POST', '/api/v1/namespaces', {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name, labels },
  })
const pod = (into: string, name: string, spec: Json): Promise<Answer> =>
  client.send('POST', `/api/v1/namespaces/${into}/pods`, {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name },
    spec,
  })
const container = { name: 'c', image: 'i' }
const safe = {
  allowPrivilegeEscalation: false,
  capabilities: { drop: ['ALL'] },
  runAsNonRoot: true,
  seccompProfile: { type: 'RuntimeDefault' },
}

test('the labels of a namespace name a level and a version', async () => {
  const { status, body } = await namespace('wrong', {
    [label('enforce')]: '',
    [label('warn-version')]: '1.2',
  })
  expect([status, body['message']]).toEqual([
    422,
    'Namespace "wrong" is invalid: [metadata.labels[pod-security.kubernetes.io/enforce]: Invalid value: "": must be one of privileged, baseline, restricted, ' +
      'metadata.labels[pod-security.kubernetes.io/warn-version]: Invalid value: "1.2": must be "latest" or "v1.x"]',
  ])
})

test('baseline refuses what reaches out of a pod', async () => {
  await namespace('baseline', { [label('enforce')]: 'baseline' })
  const { status, body } = await pod('baseline', 'bad', {
    hostNetwork: true,
    securityContext: { sysctls: [{ name: 'kernel.msgmax', value: '1' }] },
    volumes: [{ name: 'v', hostPath: { path: '/' } }],
    containers: [
      {
        ...container,
        ports: [{ containerPort: 80, hostPort: 80 }],
        securityContext: { privileged: true, capabilities: { add: ['NET_ADMIN'] } },
      },
    ],
  })
  expect([status, body['message']]).toEqual([
    403,
    'pods "bad" is forbidden: violates PodSecurity "baseline:latest": ' +
      'non-default capabilities (container "c" must not include "NET_ADMIN" in securityContext.capabilities.add), ' +
      'host namespaces (hostNetwork=true), hostPath volumes (volume "v"), ' +
      'hostPort (container "c" uses hostPort 80), ' +
      'privileged (container "c" must not set securityContext.privileged=true), ' +
      'forbidden sysctls (kernel.msgmax)',
  ])
  expect(await pod('baseline', 'good', { containers: [container] })).toMatchObject({ status: 201 })
})

test('restricted wants pods to say that they are safe', async () => {
  await namespace('restricted', { [label('enforce')]: 'restricted' })
  const { status, body } = await pod('restricted', 'bad', { containers: [container] })
  expect([status, body['message']]).toEqual([
    403,
    'pods "bad" is forbidden: violates PodSecurity "restricted:latest": ' +
      'allowPrivilegeEscalation != false (container "c" must set securityContext.allowPrivilegeEscalation=false), ' +
      'unrestricted capabilities (container "c" must set securityContext.capabilities.drop=["ALL"]), ' +
      'runAsNonRoot != true (pod or container "c" must set securityContext.runAsNonRoot=true), ' +
      'seccompProfile (pod or container "c" must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost")',
  ])
  const good = { containers: [{ ...container, securityContext: safe }] }
  expect(await pod('restricted', 'good', good)).toMatchObject({ status: 201 })
})

test('a namespace may only warn, also of templates and of pods that are there', async () => {
  await namespace('warned', { [label('warn')]: 'restricted', [label('warn-version')]: 'v1.20' })
  const spec = { containers: [container], hostPID: true }
  const said = await pod('warned', 'p', spec)
  const template = { metadata: { labels: { a: 'b' } }, spec }
  const deployed = await client.send('POST', '/apis/apps/v1/namespaces/warned/deployments', {
    metadata: { name: 'd' },
    spec: { selector: { matchLabels: { a: 'b' } }, template },
  })
  for (const { status, headers } of [said, deployed]) {
    expect(status).toBe(201)
    expect(headers['warning']).toMatch(
      /would violate PodSecurity \\"restricted:v1\.20\\": host namespaces \(hostPID=true\), allow/,
    )
  }
  const changed = await client.send(
    'PATCH',
    '/api/v1/namespaces/warned',
    { metadata: { labels: { [label('enforce')]: 'baseline' } } },
    { 'content-type': 'application/merge-patch+json' },
  )
  expect(changed.status).toBe(200)
  expect(changed.headers['warning']).toMatch(
    /violate the new .*"baseline:latest.*p: host namespaces/,
  )
})
