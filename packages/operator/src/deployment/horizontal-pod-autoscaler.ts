import type { HorizontalPodAutoscaler } from '@fairlead/kube-types'
import type { ChildOf } from '@fairlead/controller-runtime'
import { metadataOf, type DeployedGateway } from './deployed-gateway.ts'

/** The metric of calls that a replica has in hand, as a metrics adapter serves it for Pods. */
const inFlightMetric = 'fairlead_gateway_in_flight_requests'
const defaultCPUPercent = 80

/** What chooses the number of replicas; undefined if the gateway says it itself. */
export function horizontalPodAutoscalerOf(
  gateway: DeployedGateway,
): ChildOf<HorizontalPodAutoscaler> | undefined {
  const { autoscaling } = gateway.spec
  if (autoscaling === undefined) return undefined
  const { minReplicas, maxReplicas, targetCPUPercent, targetInFlight } = autoscaling
  const cpuPercent =
    targetCPUPercent ?? (targetInFlight === undefined ? defaultCPUPercent : undefined)
  return {
    metadata: metadataOf(gateway),
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: gateway.name },
      minReplicas,
      maxReplicas,
      metrics: [
        ...(cpuPercent === undefined ? [] : [cpuMetric(cpuPercent)]),
        ...(targetInFlight === undefined ? [] : [callsMetric(targetInFlight)]),
      ],
    },
  }
}

function cpuMetric(averageUtilization: number) {
  const target = { type: 'Utilization' as const, averageUtilization }
  return { type: 'Resource' as const, resource: { name: 'cpu', target } }
}

function callsMetric(calls: number) {
  const target = { type: 'AverageValue' as const, averageValue: String(calls) }
  return { type: 'Pods' as const, pods: { metric: { name: inFlightMetric }, target } }
}
