import { isJsonObject, numberOrUndefined, stringOrUndefined } from '@fairlead/base'
import type { EndpointPool } from '@fairlead/gateway'
import type { KubernetesObject, ResourceType } from '@fairlead/kube-core'
import type { Pod } from '@fairlead/kube-types'

/** Servers of models, and who chooses among them: a kind of the Gateway API Inference Extension. */
export const InferencePool: ResourceType<KubernetesObject> = {
  group: 'inference.networking.k8s.io',
  version: 'v1',
  kind: 'InferencePool',
  plural: 'inferencepools',
  namespaced: true,
}

/** What an InferencePool says, without its pods. */
interface PoolSpec extends Omit<EndpointPool, 'servers'> {
  /** `name=value`, separated by commas: which pods of its namespace are its servers. */
  readonly labelSelector: string
  readonly ports: readonly number[]
}

/** The port of a picker that names none, as the API recommends. */
const pickerPortDefault = 9002

/** Reads a pool, or why it cannot be used, as words that follow its name. */
export function readInferencePool({
  metadata,
  spec,
}: KubernetesObject): PoolSpec | { readonly problem: string } {
  const { appProtocol, endpointPickerRef, selector, targetPorts } = objectOf(spec)
  if (endpointPickerRef === undefined) {
    return { problem: 'names no endpoint picker in spec.endpointPickerRef' }
  }
  const { failureMode, group, kind, name, port } = objectOf(endpointPickerRef)
  if ((group ?? '') !== '' || (kind ?? 'Service') !== 'Service') {
    return {
      problem: `names a ${String(kind)} as its endpoint picker, and only a Service can be called`,
    }
  }
  if (appProtocol !== undefined && appProtocol !== 'http') {
    return {
      problem: `has the appProtocol ${JSON.stringify(appProtocol)}, and servers are called by HTTP/1.1 only`,
    }
  }
  const labels = Object.entries(objectOf(objectOf(selector)['matchLabels']))
  if (labels.length === 0) return { problem: 'selects no pods in spec.selector.matchLabels' }
  const ports = (Array.isArray(targetPorts) ? (targetPorts as unknown[]) : []).flatMap(
    (one) => numberOrUndefined(objectOf(one)['number']) ?? [],
  )
  return {
    picker: {
      host: `${stringOrUndefined(name) ?? ''}.${metadata.namespace ?? ''}.svc`,
      port: numberOrUndefined(objectOf(port)['number']) ?? pickerPortDefault,
    },
    failureMode: failureMode === 'FailOpen' ? 'FailOpen' : 'FailClose',
    labelSelector: labels.map(([label, value]) => `${label}=${String(value)}`).join(','),
    ports,
  }
}

/** On which of the pool's ports a pod serves; all of them without it. */
const activePortsAnnotation = 'inference.networking.k8s.io/active-ports'
const ended: ReadonlySet<string | undefined> = new Set(['Failed', 'Succeeded'])

/** The pods of a pool that have an address, in the order of their addresses. */
export function serversOf(pods: readonly Pod[], ports: readonly number[]): EndpointPool['servers'] {
  return pods
    .flatMap(({ metadata, status }) => {
      const address = status?.podIP
      if (address === undefined || address === '' || ended.has(status?.phase)) return []
      const active = metadata.annotations?.[activePortsAnnotation]?.split(',').map(Number)
      const isReady =
        metadata.deletionTimestamp === undefined &&
        status?.conditions?.some((one) => one.type === 'Ready' && one.status === 'True') === true
      const served = active === undefined ? ports : ports.filter((port) => active.includes(port))
      return [{ address, ports: served, isReady }]
    })
    .toSorted((left, right) => (left.address < right.address ? -1 : 1))
}

function objectOf(value: unknown): Readonly<Record<string, unknown>> {
  return isJsonObject(value) ? value : {}
}
