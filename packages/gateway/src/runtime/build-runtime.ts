import type {
  PromptTemplateSettings,
  LLMProviderSettings,
  ReplicaProblem,
  SimulatorSettings,
  Snapshot,
} from '@fairlead/snapshot'
import type { Clock } from '@fairlead/base'
import type { ProviderAdapters } from '../providers/provider-adapter.ts'
import { createSimulatorTransport } from '../providers/simulator/simulator-transport.ts'
import type { SecretSource } from '../sources.ts'
import type { Transport } from '../upstream/exchange.ts'
import type { HealthCell } from '../upstream/provider-health.ts'
import type { UpstreamPools } from '../upstream/upstream-pools.ts'
import { anonymousCaller } from './caller.ts'
import { buildKeyIndex } from './key-index.ts'
import { buildProviderRuntime, type Credential, type ProviderRuntime } from './provider-runtime.ts'
import { buildRouteIndex, type RouteIndex } from './route-index.ts'
import type { Runtime } from './runtime.ts'

/** What outlives a single runtime. */
export interface RuntimeParts {
  readonly secrets: SecretSource
  readonly pools: UpstreamPools
  readonly adapters: ProviderAdapters
  readonly clock: Clock
  healthOf(provider: string): HealthCell
  /** How many calls the Simulator with this key has had in this process. */
  callCounter(provider: string): { calls: number }
}

/** Derives from a snapshot and the Secrets of this moment all that calls look up. */
export function buildRuntime(snapshot: Snapshot, parts: RuntimeParts): Runtime {
  const problems: ReplicaProblem[] = []
  const releases: (() => void)[] = []
  const providers = new Map<string, ProviderRuntime>()
  for (const [key, provider] of snapshot.providers) {
    const { transport, release } = openTransport(key, provider, snapshot, parts)
    releases.push(release)
    const credentials = presentCredentials(provider, parts.secrets, problems)
    const adapter = parts.adapters[provider.type]
    if (adapter === undefined) throw new Error(`${key}: no provider type ${provider.type}`)
    const health = parts.healthOf(key)
    providers.set(key, buildProviderRuntime(provider, { adapter, transport, credentials, health }))
  }
  const keys = buildKeyIndex(snapshot.consumers, parts.secrets)
  const routes = buildRouteIndex(snapshot.routes)
  return {
    snapshot,
    keys,
    anonymous: anonymousCaller(snapshot.gateway.namespace),
    routes,
    providers,
    defaultProviders: snapshot.gateway.defaultProviders.flatMap((key) => providers.get(key) ?? []),
    promptsByPath: promptsByPath(snapshot),
    modelNames: configuredModelNames(snapshot, routes),
    problems: [...problems, ...keys.problems],
    ...countUses(() => releases.forEach((release) => release())),
  }
}

const plainEcho: SimulatorSettings = {
  mode: 'Echo',
  replies: [],
  latencyMs: 0,
  wordDelayMs: 0,
  failure: undefined,
}

function openTransport(
  key: string,
  provider: LLMProviderSettings,
  snapshot: Snapshot,
  parts: RuntimeParts,
): { readonly transport: Transport; readonly release: () => void } {
  if (provider.type === 'Simulator') {
    const transport = createSimulatorTransport(provider.simulator ?? plainEcho, {
      dialect: parts.adapters['Simulator']!.dialect,
      clock: parts.clock,
      counter: parts.callCounter(key),
    })
    return { transport, release: () => {} }
  }
  return parts.pools.acquire(new URL(provider.baseURL).origin, {
    allowPrivate: snapshot.gateway.allowPrivateNetworks,
    connectionsMax: snapshot.gateway.limits.maxConcurrentRequests,
  })
}

function presentCredentials(
  provider: LLMProviderSettings,
  secrets: SecretSource,
  problems: ReplicaProblem[],
): readonly Credential[] {
  return provider.credentials.flatMap((credential) => {
    const value = secrets.get(credential.secret)?.trim()
    if (value !== undefined && value !== '') return [{ ...credential, value }]
    const { namespace, name, key } = credential.secret
    problems.push({
      kind: 'LLMProvider',
      namespace: provider.namespace,
      name: provider.name,
      reason: 'SecretKeyMissing',
      message: `Credential "${credential.name}" cannot be used: there is no Secret ${namespace}/${name} with a key "${key}".`,
    })
    return []
  })
}

function promptsByPath(snapshot: Snapshot): ReadonlyMap<string, PromptTemplateSettings> {
  const byPath = new Map<string, PromptTemplateSettings>()
  for (const prompt of snapshot.prompts.values()) {
    if (prompt.path !== undefined) byPath.set(prompt.path, prompt)
  }
  return byPath
}

function configuredModelNames(snapshot: Snapshot, routes: RouteIndex): ReadonlySet<string> {
  const names = new Set(routes.modelNames)
  if (snapshot.gateway.defaultModel !== undefined) names.add(snapshot.gateway.defaultModel)
  for (const provider of snapshot.providers.values()) {
    for (const model of provider.models) {
      names.add(model.name)
      for (const alias of model.aliases) names.add(alias)
    }
  }
  for (const { targets } of snapshot.routes) {
    for (const { model } of targets) if (model !== undefined) names.add(model)
  }
  for (const prompt of snapshot.prompts.values()) {
    for (const { model } of prompt.versions.values()) if (model !== undefined) names.add(model)
  }
  return names
}

function countUses(letGo: () => void): Pick<Runtime, 'acquire' | 'release' | 'retire'> {
  let uses = 1
  const release = () => {
    uses -= 1
    if (uses === 0) letGo()
  }
  return {
    acquire: () => {
      uses += 1
    },
    release,
    retire: release,
  }
}
