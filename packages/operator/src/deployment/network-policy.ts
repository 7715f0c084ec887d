import { endpointPoolsOf } from '@fairlead/config'
import type { LLMProviderSettings, Snapshot } from '@fairlead/snapshot'
import type { NetworkPolicy } from '@fairlead/kube-types'
import type { ChildOf } from '@fairlead/controller-runtime'
import { metadataOf, type DeployedGateway } from './deployed-gateway.ts'
import { portsOfURLs } from './ports-of-urls.ts'

/** The label that every namespace has with its name. */
const namespaceNameLabel = 'kubernetes.io/metadata.name'
const apiServerPorts = [443, 6443]
/** Of Redis, without and with TLS; the URL, which may name another, is in a Secret. */
const redisPorts = [6379, 6380]

/** Of the servers of ConversationStores. */
const storePorts: ReadonlyMap<string, readonly number[]> = new Map([
  ['Redis', redisPorts],
  ['Postgres', [5432]],
])

type Configuration = Pick<Snapshot, 'gateway' | 'providers' | 'conversationStores'>

/**
 * Who may connect to the replicas, and to which ports they may connect: those of the API server, of
 * the state and conversation stores and of the URLs in the configuration. Without a configuration, of no URL. Where an
 * InferencePool is that the configuration names, to all pods of its namespace: which ports its picker
 * and its servers have only the gateway reads.
 */
export function networkPolicyOf(
  gateway: DeployedGateway,
  configuration: Configuration | undefined,
): ChildOf<NetworkPolicy> | undefined {
  const { enabled, from, monitoringFrom, egressPorts } = gateway.spec.networkPolicy
  if (!enabled) return undefined
  const everyPod = [{ namespaceSelector: {} }]
  return {
    metadata: metadataOf(gateway),
    spec: {
      podSelector: { matchLabels: gateway.selector },
      policyTypes: ['Ingress', 'Egress'],
      ingress: [
        { ports: [tcp('http')], ...(from.length > 0 && { from }) },
        { ports: [tcp('admin')], from: monitoringFrom.length > 0 ? monitoringFrom : everyPod },
      ],
      egress: [
        { ports: [{ protocol: 'UDP', port: 53 }, tcp(53)] },
        { ports: sorted([...egressPorts, ...portsOf(configuration)]).map(tcp) },
        ...poolNamespacesOf(configuration).map((namespace) => ({
          to: [{ namespaceSelector: { matchLabels: { [namespaceNameLabel]: namespace } } }],
        })),
      ],
    },
  }
}

function portsOf(configuration: Configuration | undefined) {
  if (configuration === undefined) return apiServerPorts
  const { gateway, providers, conversationStores } = configuration
  return [
    ...apiServerPorts,
    ...(gateway.state.type === 'Redis' ? redisPorts : []),
    ...[...conversationStores.values()].flatMap(({ type }) => storePorts.get(type) ?? []),
    ...portsOfURLs([gateway, [...providers.values()].map(withoutPool)]),
  ]
}

/** Without the base URL of a provider that a pool serves, which is no address. */
function withoutPool({ baseURL, endpointPool, ...settings }: LLMProviderSettings) {
  return endpointPool === undefined ? { ...settings, baseURL } : settings
}

function poolNamespacesOf(
  configuration: Pick<Snapshot, 'providers'> | undefined,
): readonly string[] {
  const pools = [...endpointPoolsOf(configuration).values()]
  return [...new Set(pools.map(({ namespace }) => namespace))].toSorted()
}

function sorted(ports: readonly number[]): readonly number[] {
  return [...new Set(ports)].toSorted((a, b) => a - b)
}

function tcp(port: number | string) {
  return { protocol: 'TCP' as const, port }
}
