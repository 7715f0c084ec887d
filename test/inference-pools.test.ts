import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { LLMProvider } from '@fairlead/api'
import { silentLogger } from '@fairlead/base'
import { createClient, loadKubeConfig } from '@fairlead/controller-runtime'
import type { KubernetesObject } from '@fairlead/kube-core'
import { Deployment, NetworkPolicy, Pod, Role, type rbacV1 } from '@fairlead/kube-types'
import { operatorRules } from '@fairlead/operator'
import { TestEnvironment } from '@fairlead/testing'
import { expect, it } from 'vitest'
import { picks, testPicker } from '../packages/gateway/src/test-support/test-picker.ts'
import { accountKubeconfig } from './support/account-kubeconfig.ts'
import { startCommand } from './support/command.ts'
import { temporaryFolder } from './support/temporary-folder.ts'
import { json, startUpstream, type Upstream } from './support/upstream.ts'
import { waitFor } from './support/wait-for.ts'

const definition = fileURLToPath(
  new URL('fixtures/inference-pool-definition.yaml', import.meta.url),
)
const clusterNames = new URL('support/cluster-names.program.ts', import.meta.url).href
const group = 'inference.networking.k8s.io'

function resource(kind: string, name: string, spec: object): KubernetesObject {
  const metadata = { namespace: 'team', name }
  return { apiVersion: 'fairlead.dev/v1beta1', kind, metadata, spec }
}

/** A pod at this machine's address, as if it ran. */
async function addPod(environment: TestEnvironment, name: string): Promise<void> {
  const key = { namespace: 'models', name }
  await environment.client.create(Pod, {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { ...key, labels: { app: 'llama' } },
    spec: { containers: [{ name: 'server', image: 'server' }] },
  })
  const conditions = [{ type: 'Ready', status: 'True' }]
  const body = { status: { phase: 'Running', podIP: '127.0.0.1', conditions } }
  await environment.client.subresource('status').patch(Pod, key, { type: 'merge', body })
}

const portOf = ({ url }: Upstream): number => Number(new URL(url).port)
const completion = (content: string) => ({
  id: 'chatcmpl-1',
  object: 'chat.completion',
  created: 1,
  model: 'm',
  choices: [{ index: 0, message: { role: 'assistant', content }, finish_reason: 'stop' }],
})

async function ask(url: string): Promise<{ readonly status: number; readonly text: string }> {
  const response = await fetch(`${url}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'm', messages: [{ role: 'user', content: 'hi' }] }),
  })
  return { status: response.status, text: await response.text() }
}

it('a deployed gateway has the calls of an InferencePool chosen by its endpoint picker', async () => {
  await using environment = await TestEnvironment.start({
    server: 'in-process',
    crds: [definition],
    users: { operator: { rules: operatorRules as rbacV1.PolicyRule[] } },
  })
  using folder = temporaryFolder()
  const written = (name: string, kubeconfig: string) => {
    const path = join(folder.path, name)
    writeFileSync(path, kubeconfig, { mode: 0o600 })
    return path
  }
  const a = await startUpstream(json(completion('a')))
  const b = await startUpstream(json(completion('b')))
  await using stopping = new AsyncDisposableStack()
  stopping.defer(() => a.stop())
  stopping.defer(() => b.stop())
  const picker = await testPicker(picks(`127.0.0.1:${portOf(b)}`))

  const operatorUser = { name: environment.users.operator.name }
  const operatorConfig = written('operator', environment.apiServer.addUser(operatorUser).kubeconfig)
  const data = join(folder.path, 'operator-data')
  await using operator = startCommand(
    ['operator', '--kubeconfig', operatorConfig, '--admin-port', '0', '--data-dir', data],
    { FAIRLEAD_GATEWAY_IMAGE: 'registry.test/fairlead:1' },
  )
  await operator.prints(/The operator is (running)/)
  const backendRef = { group, kind: 'InferencePool', name: 'llama', namespace: 'models' }
  const from = { group: 'fairlead.dev', kind: 'LLMProvider', namespace: 'team' }
  await environment.install(
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'team' } },
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'models' } },
    {
      apiVersion: 'gateway.networking.k8s.io/v1',
      kind: 'ReferenceGrant',
      metadata: { namespace: 'models', name: 'pools' },
      spec: { from: [from], to: [{ group, kind: 'InferencePool' }] },
    },
    resource('LLMProvider', 'llama', {
      type: 'OpenAICompatible',
      backendRef,
      endpointPicker: { tls: 'None' },
    }),
    resource('LLMGateway', 'main', {
      auth: { mode: 'Disabled' },
      egress: { privateNetworks: 'Allow' },
      defaults: { providers: [{ name: 'llama' }] },
      deployment: {},
    }),
  )

  // It may read the pools and pods of that namespace, and connect there.
  const made = { namespace: 'team', name: 'main-gateway' }
  const roleKey = { namespace: 'models', name: 'fairlead:gateway:team:main' }
  const role = await environment.waitFor(Role, roleKey)
  expect(role.rules?.map(({ resources }) => resources)).toEqual([['inferencepools'], ['pods']])
  const policy = await environment.waitFor(NetworkPolicy, made, ({ spec }) =>
    JSON.stringify(spec).includes('"models"'),
  )
  expect(policy.spec?.egress?.at(-1)?.to).toHaveLength(1)

  await environment.waitFor(Deployment, made)
  const account = await accountKubeconfig(environment.client, environment.kubeconfig(), made)
  const podConfig = written('pod', account)
  const flags = ['--gateway', 'team/main', '--named-secrets', '--kubeconfig', podConfig]
  flags.push('--gateway-port', '0', '--admin-port', '0', '--workers', '1')
  flags.push('--data-dir', join(folder.path, 'data'))
  await using gateway = startCommand(['gateway', ...flags], {
    FAIRLEAD_REPLICA: 'one',
    NODE_OPTIONS: `--import ${clusterNames}`,
  })
  const url = await gateway.prints(/The gateway listens at (\S+)/)

  // Before there is a pool, its reference is not resolved.
  const resolvedRefs = async (status: string) => {
    const { status: now } = await environment.waitFor(
      LLMProvider,
      { namespace: 'team', name: 'llama' },
      (provider) =>
        provider.status?.conditions?.some(
          (one) => one.type === 'ResolvedRefs' && one.status === status,
        ) === true,
    )
    return now?.conditions?.find(({ type }) => type === 'ResolvedRefs')
  }
  expect(await resolvedRefs('False')).toMatchObject({
    reason: 'RefNotFound',
    message: 'spec.backendRef: there is no InferencePool models/llama (replica one)',
  })
  expect(await ask(url)).toMatchObject({
    status: 503,
    text: expect.stringContaining('inference_pool_unusable'),
  })

  await addPod(environment, 'first')
  await environment.install({
    apiVersion: `${group}/v1`,
    kind: 'InferencePool',
    metadata: { namespace: 'models', name: 'llama' },
    spec: {
      selector: { matchLabels: { app: 'llama' } },
      targetPorts: [{ number: portOf(a) }, { number: portOf(b) }],
      endpointPickerRef: { name: 'picker', port: { number: picker.port } },
    },
  })
  await waitFor('an answer of the pool', async () => (await ask(url)).status === 200)
  expect(JSON.parse((await ask(url)).text)).toMatchObject({
    choices: [{ message: { content: 'b' } }],
  })
  expect(picker.picks[0]?.served).toBe(`127.0.0.1:${portOf(b)}`)
  expect(a.requests).toEqual([])
  expect(await resolvedRefs('True')).toMatchObject({ reason: 'ResolvedRefs' })

  // A pod that is gone gets no more calls, whatever the picker says.
  await environment.client.delete(Pod, { namespace: 'models', name: 'first' })
  await waitFor('the end of the pod', async () =>
    (await ask(url)).text.includes('named no endpoint of the InferencePool'),
  )

  // Nothing else may be read, and nothing any more without the provider.
  const client = createClient(loadKubeConfig({ file: podConfig }), { logger: silentLogger })
  stopping.defer(() => client.close())
  await expect(client.list(Pod, { namespace: 'team' })).rejects.toThrow('forbidden')
  await client.list(Pod, { namespace: 'models' })
  await environment.remove(resource('LLMProvider', 'llama', {}))
  await waitFor('the end of the permission', async () =>
    client.list(Pod, { namespace: 'models' }).then(
      () => false,
      () => true,
    ),
  )
  gateway.kill('SIGTERM')
  expect(await gateway.ended).toBe(0)
}, 120_000)
