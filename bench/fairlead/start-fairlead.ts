import { existsSync, mkdtempSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import {
  AccessPolicy,
  ContextStrategy,
  LLMGateway,
  LLMProvider,
  Persona,
  PriceBook,
  PromptTemplate,
  RoutingPolicy,
  UsagePolicy,
} from '@fairlead/api'
import { createClient, loadKubeConfig, type Client } from '@fairlead/controller-runtime'
import { type KubernetesObject, type ResourceType } from '@fairlead/kube-core'
import { Secret } from '@fairlead/kube-types'
import { benchKey } from '../contract/contender.ts'
import { eventually } from '../processes/eventually.ts'
import type { ProcessOptions, RunningProcess } from '../processes/processes.ts'

/** The program's main module. */
export const fairleadMain = fileURLToPath(
  new URL('../../packages/cli/src/main.ts', import.meta.url),
)

/** Kinds that benchmarks apply. */
type BenchedKind = keyof typeof kinds

const kinds = {
  AccessPolicy,
  ContextStrategy,
  LLMGateway,
  LLMProvider,
  Persona,
  PriceBook,
  PromptTemplate,
  RoutingPolicy,
  UsagePolicy,
} as const

/** A complete Fairlead as `npm start` runs it, logs included, with a client to configure it. */
export interface BenchedFairlead {
  readonly process: RunningProcess
  /** Where it keeps its state. */
  readonly dataDir: string
  /** Writes to its API server, as its administrator. */
  readonly client: Client
  /** Base URL of the gateway. */
  readonly gateway: string
  /** The key of the quickstart's Consumer. */
  readonly headers: Readonly<Record<string, string>>
  /** The metrics, as text. */
  metrics(): Promise<string>
  /** Server-side apply, as `kubectl apply --server-side` does it. */
  apply(kind: BenchedKind, name: string, spec: object): Promise<void>
  stop(): Promise<void>
}

/** How Fairlead is started. */
interface FairleadOptions {
  readonly folder: string
  readonly start: (options: ProcessOptions) => RunningProcess
  /** Flags besides those for the ports and the data directory. */
  readonly flags?: readonly string[]
  /** Added to its environment. */
  readonly environment?: Readonly<Record<string, string>>
  /** An existing data directory; a new one by default. */
  readonly dataDir?: string
}

/** Starts `fairlead up` with its defaults; resolves once it is ready. */
export async function startFairlead(options: FairleadOptions): Promise<BenchedFairlead> {
  const dataDir = options.dataDir ?? join(mkdtempSync(join(options.folder, 'fairlead-')), 'data')
  const { running, endpoints } = await startUp(options, dataDir)
  const client = createClient(loadKubeConfig({ file: endpoints.kubeconfig }))
  const apply = async (kind: BenchedKind, name: string, spec: object) => {
    const object: KubernetesObject = {
      apiVersion: 'fairlead.dev/v1beta1',
      kind,
      metadata: { namespace: 'default', name },
      spec,
    }
    const type: ResourceType = kinds[kind]
    await client.apply(type, object, { fieldManager: 'bench', force: true })
  }
  if (options.dataDir === undefined) await createKey(client)
  return {
    process: running,
    dataDir,
    client,
    gateway: endpoints.gateway,
    headers: { authorization: `Bearer ${endpoints.apiKey}` },
    metrics: async () => (await fetch(`${endpoints.admin}/metrics`)).text(),
    apply,
    async stop() {
      await client.close()
      await running.stop()
    },
  }
}

interface Endpoints {
  readonly gateway: string
  readonly admin: string
  readonly kubeconfig: string
  readonly apiKey: string
}

async function startUp(
  { start, flags = [], environment = {} }: FairleadOptions,
  dataDir: string,
): Promise<{ readonly running: RunningProcess; readonly endpoints: Endpoints }> {
  const file = join(dataDir, 'endpoints.json')
  const before = existsSync(file) ? readFileSync(file, 'utf8') : undefined
  const ports = ['--api-port', '0', '--gateway-port', '0', '--admin-port', '0']
  const running = start({
    name: 'fairlead',
    command: process.execPath,
    args: ['--conditions=source', fairleadMain, 'up', '--data-dir', dataDir, ...ports, ...flags],
    environment: { NODE_ENV: 'production', ...environment },
  })
  const endpoints = await eventually('endpoints.json', () => {
    const text = readFileSync(file, 'utf8')
    return text === before ? undefined : (JSON.parse(text) as Endpoints)
  })
  return { running, endpoints }
}

/** The key that providers get. */
async function createKey(client: Client): Promise<void> {
  await client.create(Secret, {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { namespace: 'default', name: 'bench-key' },
    data: { 'api-key': Buffer.from(benchKey).toString('base64') },
  })
}
