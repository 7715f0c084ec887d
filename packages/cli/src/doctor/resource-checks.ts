import { lookup } from 'node:dns/promises'
import { connect } from 'node:net'
import { type Clock, DeadlineError, openScope, untilAborted } from '@fairlead/base'
import { configurationTypes, createCompiler, secretNamesOf } from '@fairlead/config'
import { type Client, metadataOnly } from '@fairlead/controller-runtime'
import {
  isNotFound,
  type KubernetesList,
  type ResourceType,
  type TypedObject,
} from '@fairlead/kube-core'
import { Secret } from '@fairlead/kube-types'
import type { Capabilities, LLMProviderSettings, Snapshot } from '@fairlead/snapshot'
import { type Finding, ok, problem, warning } from './finding.ts'

const connectTimeoutMs = 3_000
/** More addresses than a person reads about. */
const addressesMax = 100

/** What the resources of a cluster compile to, by `namespace/name` of the LLMGateway. */
export async function compiledResources(
  client: Client,
  capabilities: Capabilities,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, Snapshot>> {
  const lists = new Map<string, readonly TypedObject[]>()
  for (const type of configurationTypes()) {
    const { items } = await listed(client, type, signal)
    lists.set(type.kind, items)
  }
  const list = <T extends TypedObject>({ kind }: ResourceType<T>) =>
    (lists.get(kind) ?? []) as readonly T[]
  return createCompiler({ capabilities }).compile({ list }).snapshots
}

async function listed(
  client: Client,
  type: ResourceType,
  signal: AbortSignal,
): Promise<Pick<KubernetesList<TypedObject>, 'items'>> {
  try {
    return await client.list(type, { signal })
  } catch (error) {
    // ReferenceGrants may not be installed.
    if (isNotFound(error)) return { items: [] }
    throw error
  }
}

/** Whether the Secrets that configurations name are there. Their values are not read. */
export async function checkSecrets(
  snapshots: Iterable<Snapshot>,
  client: Client,
  signal: AbortSignal,
): Promise<readonly Finding[]> {
  const check = 'Secrets'
  const keys = new Map<string, { readonly namespace: string; readonly name: string }>()
  for (const snapshot of snapshots) {
    for (const [namespace, names] of secretNamesOf(snapshot)) {
      for (const name of names) keys.set(`${namespace}/${name}`, { namespace, name })
    }
  }
  const findings: Finding[] = []
  for (const [shown, key] of keys) {
    try {
      await client.get(metadataOnly(Secret), key, { signal })
    } catch (error) {
      signal.throwIfAborted()
      if (isNotFound(error)) {
        const remedy = `kubectl create secret generic ${key.name} -n ${key.namespace} --from-literal …`
        findings.push(problem(check, `${shown} does not exist, and resources name it`, remedy))
      } else {
        const message = error instanceof Error ? error.message : String(error)
        findings.push(warning(check, `${shown}: ${message}`, 'Ask as a user who may get it.'))
      }
    }
  }
  if (findings.length > 0) return findings
  return [ok(check, keys.size === 0 ? 'no resource names one' : `all ${keys.size} are there`)]
}

/** Whether the addresses of providers can be connected to from this machine; no call is made. */
export async function checkProviders(
  snapshots: Iterable<Snapshot>,
  clock: Clock,
): Promise<readonly Finding[]> {
  const addresses = new Map<string, { readonly provider: string; readonly url: URL }>()
  for (const snapshot of snapshots) {
    for (const [provider, settings] of snapshot.providers) {
      const url = addressOf(settings)
      if (url !== undefined && addresses.size < addressesMax)
        addresses.set(url.host, { provider, url })
    }
  }
  return Promise.all(
    [...addresses.values()].map(async ({ provider, url }) => {
      const reason = await connectionError(url, clock)
      if (reason === undefined) return ok('provider', `${provider}: ${url.host} can be reached`)
      const message = `${provider}: ${url.host} cannot be reached from here: ${reason}`
      return warning(
        'provider',
        message,
        'Check spec.baseURL, DNS and firewalls; gateways may be elsewhere.',
      )
    }),
  )
}

/** What is connected to; undefined where only a gateway can: in its process, or within its cluster. */
function addressOf(settings: LLMProviderSettings): URL | undefined {
  if (settings.isClusterService) return undefined
  return URL.parse(settings.proxyURL ?? settings.baseURL) ?? undefined
}

async function connectionError(
  { hostname, port, protocol }: URL,
  clock: Clock,
): Promise<string | undefined> {
  const host = hostname.replace(/^\[|\]$/g, '')
  const unresolved = await resolutionError(host, clock)
  if (unresolved !== undefined) return unresolved
  return new Promise((done) => {
    const number = port === '' ? (protocol === 'http:' ? 80 : 443) : Number(port)
    const socket = connect({ host, port: number, timeout: connectTimeoutMs })
    const end = (reason: string | undefined) => {
      socket.destroy()
      done(reason)
    }
    socket.once('connect', () => end(undefined))
    socket.once('timeout', () => end(unanswered))
    socket.once('error', (error: NodeJS.ErrnoException) => end(error.code ?? error.message))
  })
}

const unanswered = `no answer within ${connectTimeoutMs / 1000} s`

async function resolutionError(host: string, clock: Clock): Promise<string | undefined> {
  // Resolvers have longer deadlines of their own, and cannot be told to stop.
  using limit = openScope({ parents: [], clock, timeoutMs: connectTimeoutMs, what: 'the resolver' })
  try {
    await untilAborted(lookup(host), limit.signal)
    return undefined
  } catch (error) {
    if (error instanceof DeadlineError) return unanswered
    return (error as NodeJS.ErrnoException).code ?? 'its name cannot be resolved'
  }
}
