import type { ChildOf } from '@fairlead/controller-runtime'
import type { KubernetesObject } from '@fairlead/kube-core'
import { metadataOf, type DeployedGateway } from './deployed-gateway.ts'

/** Has Prometheus read the metrics of each replica, at a port that the Service does not have. */
export function podMonitorOf(gateway: DeployedGateway): ChildOf<KubernetesObject> | undefined {
  const { podMonitor } = gateway.spec
  if (podMonitor === undefined) return undefined
  const { name, labels } = metadataOf(gateway)
  return {
    metadata: { name, labels: { ...podMonitor.labels, ...labels } },
    spec: {
      selector: { matchLabels: gateway.selector },
      podMetricsEndpoints: [{ port: 'admin', path: '/metrics', interval: podMonitor.interval }],
    },
  }
}
