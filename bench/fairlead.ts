import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { LLMProvider, RoutingPolicy } from '@fairlead/api'
import { createClient, loadKubeConfig, type Client } from '@fairlead/controller-runtime'
import { Secret, type KubernetesObject, type ResourceType } from '@fairlead/kube-core'
import { startMeasured, type MeasuredProcess } from './measured-process.ts'
import { eventually } from './statistics.ts'

const main = fileURLToPath(new URL('../packages/cli/src/main.ts', import.meta.url))

/** A complete Fairlead as `npm start` runs it, without logging, with a client to configure it. */
export interface BenchedFairlead {
  readonly process: MeasuredProcess
  readonly gateway: string
  readonly kubeconfig: string
  readonly headers: Readonly<Record<string, string>>
  readonly client: Client
  /** Server-side apply, as `kubectl apply --server-side` does it. */
  apply(kind: string, name: string, spec: object): Promise<void>
  stop(): Promise<void>
}

const types: Readonly<Record<string, ResourceType>> = { LLMProvider, RoutingPolicy }

export async function startFairlead(
  folder: string,
  more: Readonly<Record<string, ResourceType>> = {},
): Promise<BenchedFairlead> {
  const dataDir = join(folder, 'fairlead')
  const flags = ['--api-port', '0', '--gateway-port', '0', '--admin-port', '0']
  const started = startMeasured(
    process.execPath,
    ['--conditions=source', main, 'up', '--data-dir', dataDir, '--log-level', 'warn', ...flags],
    { NODE_ENV: 'production' },
  )
  const endpoints = await eventually('endpoints.json', () => {
    const text = readFileSync(join(dataDir, 'endpoints.json'), 'utf8')
    return JSON.parse(text) as { gateway: string; kubeconfig: string; apiKey: string }
  })
  const client = createClient(loadKubeConfig({ file: endpoints.kubeconfig }))
  const kinds = { ...types, ...more }
  const apply = async (kind: string, name: string, spec: object) => {
    const type = kinds[kind]
    if (type === undefined) throw new Error(`no kind ${kind}`)
    const object: KubernetesObject = {
      apiVersion: 'fairlead.dev/v1alpha1',
      kind,
      metadata: { namespace: 'default', name },
      spec,
    }
    await client.apply(type, object, { fieldManager: 'bench', force: true })
  }
  await client.create(Secret, {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { namespace: 'default', name: 'bench-key' },
    data: { 'api-key': Buffer.from('sk-bench').toString('base64') },
  })
  return {
    process: started,
    gateway: endpoints.gateway,
    kubeconfig: endpoints.kubeconfig,
    headers: { authorization: `Bearer ${endpoints.apiKey}` },
    client,
    apply,
    async stop() {
      await client.close()
      await started.stop()
    },
  }
}

/** A provider at `baseURL` and a rule that routes `<name>-model` to it. */
export async function addProvider(
  fairlead: BenchedFairlead,
  name: string,
  baseURL: string,
  type: 'OpenAI' | 'Anthropic' = 'OpenAI',
): Promise<void> {
  await fairlead.apply('LLMProvider', name, {
    type,
    baseURL,
    credentials: [{ name: 'main', secretRef: { name: 'bench-key', key: 'api-key' } }],
  })
  await fairlead.apply('RoutingPolicy', name, {
    gatewayRefs: [{ name: 'default' }],
    rules: [
      {
        name: 'only',
        match: { models: [`${name}-model`] },
        strategy: 'Priority',
        targets: [{ name, providerRef: { name } }],
      },
    ],
  })
  await eventually(`the route of ${name}`, async () => {
    const response = await fetch(`${fairlead.gateway}/v1/chat/completions`, {
      method: 'POST',
      headers: { ...fairlead.headers, 'content-type': 'application/json' },
      body: JSON.stringify({ model: `${name}-model`, messages: [{ role: 'user', content: 'x' }] }),
    })
    // Whatever the provider answers to a plain call, a missing route is a 404.
    if (response.status === 404) throw new Error(`${response.status}: ${await response.text()}`)
    await response.arrayBuffer()
    return true as const
  })
}
