import {
  listAt,
  numberAt,
  optionalRecordAt,
  recordAt,
  recordsAt,
  textAt,
} from '../../../definitions/fields.ts'
import { isExternallyAccessible } from './service-fields.ts'

/** Seconds for which a client is sent to the same pod, as Kubernetes' defaults say. */
const affinitySeconds = 10_800

/** As SetDefaults_Service of Kubernetes' `v1`. */
export function defaultService(service: Record<string, unknown>): void {
  const spec = recordAt(service, 'spec')
  service['spec'] = spec
  spec['sessionAffinity'] ||= 'None'
  if (spec['sessionAffinity'] === 'None') delete spec['sessionAffinityConfig']
  if (spec['sessionAffinity'] === 'ClientIP') {
    const client = recordAt(recordAt(spec, 'sessionAffinityConfig'), 'clientIP')
    if (numberAt(client, 'timeoutSeconds') === undefined) {
      spec['sessionAffinityConfig'] = { clientIP: { timeoutSeconds: affinitySeconds } }
    }
  }
  spec['type'] ||= 'ClusterIP'
  for (const port of recordsAt(spec, 'ports')) {
    port['protocol'] ||= 'TCP'
    port['targetPort'] ||= port['port']
  }
  if (isExternallyAccessible(spec)) spec['externalTrafficPolicy'] ||= 'Cluster'
  const type = textAt(spec, 'type')
  if (['ClusterIP', 'NodePort', 'LoadBalancer'].includes(type)) {
    spec['internalTrafficPolicy'] ??= 'Cluster'
  }
  if (type !== 'LoadBalancer') return
  spec['allocateLoadBalancerNodePorts'] ??= true
  const balancer = optionalRecordAt(recordAt(service, 'status'), 'loadBalancer') ?? {}
  if (listAt(balancer, 'ingress').length === 0) return
  for (const point of recordsAt(balancer, 'ingress')) {
    if (textAt(point, 'ip') !== '') point['ipMode'] ??= 'VIP'
  }
}
