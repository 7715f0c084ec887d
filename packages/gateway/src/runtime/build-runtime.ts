import type { Clock } from '@fairlead/base'
import type { LLMProviderSettings, ReplicaProblem, Snapshot } from '@fairlead/snapshot'
import { anonymousCaller } from '../access/caller.ts'
import { buildKeyIndex } from '../access/key-index.ts'
import {
  buildProviderRuntime,
  type Credential,
  type ProviderRuntime,
} from '../providers/provider-runtime.ts'
import type { ProviderType } from '../providers/provider-type.ts'
import { buildRouteIndex, type RouteIndex } from '../routing/route-index.ts'
import type { RoutingStrategy } from '../routing/routing-strategy.ts'
import type { SecretSource } from '../sources/sources.ts'
import type { Transport } from '../upstream/exchange.ts'
import type { ProviderState } from '../upstream/provider-state.ts'
import type { UpstreamPools } from '../upstream/upstream-pools.ts'
import type { Runtime } from './runtime.ts'

/** What outlives a single runtime. */
export interface RuntimeParts {
  readonly secrets: SecretSource
  readonly pools: UpstreamPools
  readonly providerTypes: readonly ProviderType[]
  readonly routingStrategies: readonly RoutingStrategy[]
  readonly clock: Clock
  stateOf(provider: string): ProviderState
  /** Counts the calls of the in-process provider with this key, for the life of the process. */
  callCounter(provider: string): { calls: number }
}

/**
 * Derives everything that calls look up from a snapshot and the current Secrets. Throws for a
 * provider type or a routing strategy that does not exist.
 */
export function buildRuntime(snapshot: Snapshot, parts: RuntimeParts): Runtime {
  const problems: ReplicaProblem[] = []
  const routes = buildRouteIndex(snapshot.routes, parts.routingStrategies)
  const types = new Map(parts.providerTypes.map((type) => [type.type, type]))
  const releases: (() => void)[] = []
  const providers = new Map<string, ProviderRuntime>()
  // All types are looked up before anything is opened that a failure would have to release.
  const typed = [...snapshot.providers].map(([key, settings]) => {
    const type = types.get(settings.type)
    if (type === undefined) throw new Error(`${key}: there is no provider type ${settings.type}`)
    return { key, settings, type }
  })
  for (const { key, settings, type } of typed) {
    const { transport, release } = openTransport(key, settings, type, snapshot, parts)
    releases.push(release)
    const credentials = presentCredentials(settings, parts.secrets, problems)
    const state = parts.stateOf(key)
    providers.set(key, buildProviderRuntime(settings, { type, transport, credentials, state }))
  }
  const { gateway } = snapshot
  const keys = buildKeyIndex(snapshot.consumers, parts.secrets)
  return {
    snapshot,
    access: { mode: gateway.auth, keys, anonymous: anonymousCaller(gateway.namespace) },
    routes,
    providers,
    defaultProviders: gateway.defaultProviders.flatMap((key) => providers.get(key) ?? []),
    promptsByPath: promptsByPath(snapshot),
    modelNames: configuredModelNames(snapshot, routes),
    problems: [...problems, ...keys.problems],
    ...countUses(() => releases.forEach((release) => release())),
  }
}

function openTransport(
  key: string,
  settings: LLMProviderSettings,
  type: ProviderType,
  snapshot: Snapshot,
  parts: RuntimeParts,
): { readonly transport: Transport; readonly release: () => void } {
  if (type.openTransport !== undefined) {
    const { clock } = parts
    const transport = type.openTransport(settings, { clock, counter: parts.callCounter(key) })
    return { transport, release: () => {} }
  }
  return parts.pools.acquire(new URL(settings.baseURL).origin, {
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

function promptsByPath(snapshot: Snapshot): Runtime['promptsByPath'] {
  const byPath = new Map<string, { readonly namespace: string; readonly name: string }>()
  for (const prompt of snapshot.promptTemplates.values()) {
    const { namespace, name, path } = prompt
    if (path !== undefined) byPath.set(path, { namespace, name })
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
  for (const prompt of snapshot.promptTemplates.values()) {
    for (const { model } of prompt.versions.values()) if (model !== undefined) names.add(model)
  }
  return names
}

function countUses(onUnused: () => void): Pick<Runtime, 'acquire' | 'release' | 'retire'> {
  let uses = 1
  const release = () => {
    uses -= 1
    if (uses === 0) onUnused()
  }
  return {
    acquire: () => {
      uses += 1
    },
    release,
    retire: release,
  }
}
