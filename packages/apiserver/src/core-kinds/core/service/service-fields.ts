import {
  listAt,
  numberAt,
  recordAt,
  recordsAt,
  textAt,
  textsAt,
  type Fields,
} from '../../../definitions/fields.ts'

/** What the type of a Service, given by its `spec`, asks for; as Kubernetes' service helpers. */

export function specOf(service: Fields): Record<string, unknown> {
  return recordAt(service, 'spec')
}

export function needsClusterIp(spec: Fields): boolean {
  return textAt(spec, 'type') !== 'ExternalName'
}

export function isHeadless(spec: Fields): boolean {
  const addresses = textsAt(spec, 'clusterIPs')
  return addresses.length === 1 && addresses[0] === 'None'
}

export function needsNodePort(spec: Fields): boolean {
  return ['NodePort', 'LoadBalancer'].includes(textAt(spec, 'type'))
}

/** Whether ports that name none get a node port. */
export function allocatesNodePorts(spec: Fields): boolean {
  if (textAt(spec, 'type') === 'NodePort') return true
  return textAt(spec, 'type') === 'LoadBalancer' && spec['allocateLoadBalancerNodePorts'] === true
}

export function needsHealthCheckPort(spec: Fields): boolean {
  return (
    textAt(spec, 'type') === 'LoadBalancer' && textAt(spec, 'externalTrafficPolicy') === 'Local'
  )
}

/** As ExternallyAccessible in Kubernetes' service helpers. */
export function isExternallyAccessible(spec: Fields): boolean {
  if (needsNodePort(spec)) return true
  return textAt(spec, 'type') === 'ClusterIP' && listAt(spec, 'externalIPs').length > 0
}

/** Node ports of its ports, without the one for health checks. */
export function nodePortsOf(spec: Fields): readonly number[] {
  return recordsAt(spec, 'ports')
    .map((port) => numberAt(port, 'nodePort') ?? 0)
    .filter((port) => port !== 0)
}

export function isSameList(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a.length === b.length && a.every((item, index) => item === b[index])
}
