import { sameElements } from '@fairlead/base'
import type {
  EndpointPoolSettings,
  LLMProviderSettings,
  ReplicaProblem,
  Snapshot,
} from '@fairlead/snapshot'
import type { PoolRoute } from '../endpoint-picker/pool-transport.ts'
import { gatewayError } from '../errors/gateway-error.ts'
import { networkIdentityClient } from '../identity/network-identity-client.ts'
import {
  buildProviderRuntime,
  type Credential,
  type ProviderRuntime,
} from '../providers/provider-runtime.ts'
import type { ProviderType } from '../providers/provider-type.ts'
import type { RequestAuthorizer } from '../providers/request-authorizer.ts'
import type { CredentialState } from '../upstream/credential-state.ts'
import type { Transport } from '../upstream/exchange.ts'
import type { TlsProblem } from '../upstream/tls-material.ts'
import { UpstreamFailure } from '../upstream/upstream-failure.ts'
import type { UpstreamPools } from '../upstream/upstream-pools.ts'
import { readTlsValues, sameTlsValues, tlsOptionsOf, type TlsValues } from './provider-tls.ts'
import type { RuntimeParts } from './runtime-parts.ts'
import { shareTransport, type SharedTransport } from './shared-transport.ts'

/** The providers of one configuration. */
export interface ProviderRuntimes {
  /** By `namespace/name`. */
  readonly byKey: ReadonlyMap<string, ProviderRuntime>
  readonly problems: readonly ReplicaProblem[]
  /** Keeps their connections; call `release` once for each time. */
  hold(): void
  release(): void
}

/** One provider, with all that it was built from. */
interface Entry {
  readonly key: string
  readonly settings: LLMProviderSettings
  readonly connections: Connections
  /** The values of its credentials' Secrets, in their order. */
  readonly values: readonly (string | undefined)[]
  readonly tlsValues: TlsValues
  readonly connection: Connection
  readonly runtime: ProviderRuntime
  readonly problems: readonly ReplicaProblem[]
}

/** A way to a provider, or the reason why there is none. */
interface Connection {
  readonly transport: SharedTransport
  readonly problem: TlsProblem | undefined
}

/** What a gateway says of the connections to all its providers. */
interface Connections {
  readonly allowPrivate: boolean
  readonly connectionsMax: number
}

interface Built {
  readonly providers: Snapshot['providers']
  readonly connections: Connections
  readonly revision: unknown
  readonly entries: ReadonlyMap<string, Entry>
  readonly runtimes: ProviderRuntimes
}

/**
 * Builds the providers of one configuration after the other, each again only if its settings, a
 * value of its credentials or the gateway's rules for connections have changed; a transport is kept
 * while only credentials change. Certificates and keys of TLS take effect with new connections.
 */
export class ProviderBuilder {
  readonly #parts: RuntimeParts
  readonly #types: ReadonlyMap<string, ProviderType>
  #last: Built | undefined

  constructor(parts: RuntimeParts) {
    this.#parts = parts
    this.#types = new Map(parts.providerTypes.map((type) => [type.type, type]))
  }

  /**
   * Values of Secrets are read again when `revision` is another than the last time. Whoever takes
   * the result must hold it at once. Throws for a provider type that does not exist.
   */
  build({ providers, gateway }: Snapshot, revision: unknown): ProviderRuntimes {
    const last = this.#last
    const connections = {
      allowPrivate: gateway.allowPrivateNetworks,
      connectionsMax: gateway.limits.maxConcurrentRequests,
    }
    const isCurrent = last !== undefined && revision === last.revision
    if (
      isCurrent &&
      providers === last.providers &&
      sameConnections(connections, last.connections)
    ) {
      return last.runtimes
    }
    const entries = this.#entries(providers, connections, isCurrent)
    const all = [...entries.values()]
    const isUnchanged =
      last !== undefined && sameElements(all, [...last.entries.values()]) && all.every(isOpen)
    const runtimes = isUnchanged ? last.runtimes : runtimesOf(all)
    this.#last = { providers, connections, revision, entries, runtimes }
    return runtimes
  }

  #entries(
    providers: Snapshot['providers'],
    connections: Connections,
    isCurrent: boolean,
  ): ReadonlyMap<string, Entry> {
    // All types are looked up before anything is opened that a failure would have to release.
    for (const [key, { type }] of providers) {
      if (!this.#types.has(type)) throw new Error(`${key}: there is no provider type ${type}`)
    }
    const last = this.#last?.entries
    const entries = new Map<string, Entry>()
    for (const [key, settings] of providers) {
      const before = last?.get(key)
      const kept = before && isCurrent && isBuiltFrom(before, settings, connections)
      entries.set(key, kept ? before : this.#entry(key, settings, connections, before))
    }
    return entries
  }

  #entry(
    key: string,
    settings: LLMProviderSettings,
    connections: Connections,
    before: Entry | undefined,
  ): Entry {
    const values = settings.credentials.map(({ secret }) => this.#parts.secrets.get(secret)?.trim())
    const tlsValues = readTlsValues(settings, this.#parts.secrets)
    const isSame =
      before !== undefined &&
      isBuiltFrom(before, settings, connections) &&
      sameTlsValues(tlsValues, before.tlsValues)
    if (isSame && sameElements(values, before.values)) return before
    const type = this.#types.get(settings.type) as ProviderType
    const connection = isSame
      ? before.connection
      : this.#connect(key, settings, type, connections, tlsValues)
    const stateOf = (value: string) => this.#parts.credentialStates.of(key, value)
    const present = presentCredentials(settings, values, stateOf)
    const state = this.#parts.stateOf(settings)
    if (before !== undefined && !sameElements(values, before.values)) state.keysChanged()
    const { credentials } = present
    const { transport } = connection.transport
    const authorizer = this.#authorizer(settings, type, connections)
    const parts = { type, transport, credentials, state, authorizer }
    const runtime = buildProviderRuntime(settings, parts)
    const problems = [
      ...present.problems,
      ...unnamedCredential(runtime),
      ...connectionProblems(settings, connection),
    ]
    return { key, settings, connections, values, tlsValues, connection, runtime, problems }
  }

  #authorizer(
    settings: LLMProviderSettings,
    type: ProviderType,
    { allowPrivate }: Connections,
  ): RequestAuthorizer | undefined {
    const { clock, identity, pools } = this.#parts
    const client = networkIdentityClient(pools, { allowPrivate, proxy: settings.proxyURL })
    return type.createAuthorizer?.(settings, { ...identity, clock, client })
  }

  #connect(
    key: string,
    settings: LLMProviderSettings,
    type: ProviderType,
    connections: Connections,
    tlsValues: TlsValues,
  ): Connection {
    const { clock, pools } = this.#parts
    if (type.openTransport !== undefined) {
      const counter = this.#parts.callCounter(key)
      const transport = type.openTransport(settings, { clock, counter })
      return { transport: shareTransport(transport, () => {}), problem: undefined }
    }
    const tls = tlsOptionsOf(settings, tlsValues)
    if ('problem' in tls) {
      const transport = shareTransport(noTransport(key, tls.problem), () => {})
      return { transport, problem: tls.problem }
    }
    const { origin } = new URL(settings.baseURL)
    const route = {
      tls: tls.options,
      connectMs: settings.timeouts.connectMs,
      ...connections,
    }
    const { transport, release } =
      settings.endpointPool === undefined
        ? pools.acquire({
            ...route,
            origin,
            proxy: settings.proxyURL,
            isClusterService: settings.isClusterService,
          })
        : this.#openPool(key, settings, settings.endpointPool, route, tlsValues)
    return { transport: shareTransport(transport, release), problem: undefined }
  }

  #openPool(
    key: string,
    { baseURL, namespace, name }: LLMProviderSettings,
    pool: EndpointPoolSettings,
    route: Omit<PoolRoute['servers'], 'scheme'>,
    { pickerCa }: TlsValues,
  ): ReturnType<UpstreamPools['acquire']> {
    const { host, protocol } = new URL(baseURL)
    return this.#parts.endpointPools.open({
      provider: { namespace, name },
      pool,
      route: {
        provider: key,
        authority: host,
        picker: { tls: pool.picker.tls, ca: pickerCa, timeoutMs: pool.picker.timeoutMs },
        servers: { ...route, scheme: protocol === 'https:' ? 'https' : 'http' },
      },
    })
  }
}

/** Every call fails: a connection that is secured otherwise would be worse. */
function noTransport(provider: string, { message }: TlsProblem): Transport {
  const error = gatewayError.tlsUnusable(provider, message)
  return {
    open: () => Promise.reject(new UpstreamFailure('Misconfigured', error, error.message)),
  }
}

function connectionProblems(
  { namespace, name }: LLMProviderSettings,
  { problem }: Connection,
): readonly ReplicaProblem[] {
  if (problem === undefined) return []
  const message = `The provider cannot be called: ${problem.message}.`
  return [{ kind: 'LLMProvider', namespace, name, reason: problem.reason, message }]
}

function isOpen({ connection }: Entry): boolean {
  return connection.transport.isOpen
}

/** Whether a provider was built from this, apart from the values of its Secrets. */
function isBuiltFrom(
  entry: Entry,
  settings: LLMProviderSettings,
  connections: Connections,
): boolean {
  return (
    entry.settings === settings && isOpen(entry) && sameConnections(entry.connections, connections)
  )
}

function sameConnections(left: Connections, right: Connections): boolean {
  return left.allowPrivate === right.allowPrivate && left.connectionsMax === right.connectionsMax
}

function runtimesOf(entries: readonly Entry[]): ProviderRuntimes {
  return {
    byKey: new Map(entries.map(({ key, runtime }) => [key, runtime])),
    problems: entries.flatMap(({ problems }) => problems),
    hold: () => {
      for (const { connection } of entries) connection.transport.hold()
    },
    release: () => {
      for (const { connection } of entries) connection.transport.release()
    },
  }
}

function presentCredentials(
  provider: LLMProviderSettings,
  values: readonly (string | undefined)[],
  stateOf: (value: string) => CredentialState,
): Pick<Entry, 'problems'> & { readonly credentials: readonly Credential[] } {
  const credentials: Credential[] = []
  const problems: ReplicaProblem[] = []
  for (const [index, credential] of provider.credentials.entries()) {
    const value = values[index]
    if (value !== undefined && value !== '') {
      credentials.push({ ...credential, value, state: stateOf(value) })
      continue
    }
    const { namespace, name, key } = credential.secret
    problems.push({
      kind: 'LLMProvider',
      namespace: provider.namespace,
      name: provider.name,
      reason: 'SecretKeyMissing',
      message: `Credential "${credential.name}" cannot be used: there is no Secret ${namespace}/${name} with a key "${key}".`,
    })
  }
  return { credentials, problems }
}

/** A provider that cannot be asked without a key, and names none. */
function unnamedCredential({ settings, type }: ProviderRuntime): readonly ReplicaProblem[] {
  const { authentication, credentials, namespace, name } = settings
  const fits =
    !type.needsCredential || authentication.source !== 'Credentials' || credentials.length > 0
  if (fits) return []
  const message =
    'It needs a key: name the Secret that has it in spec.credentials, or let callers send theirs with authentication.source Caller.'
  return [{ kind: 'LLMProvider', namespace, name, reason: 'SecretKeyMissing', message }]
}
