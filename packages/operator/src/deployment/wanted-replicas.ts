import type { Deployment, HorizontalPodAutoscaler } from '@fairlead/kube-types'
import type { DeepReadonly } from '@fairlead/controller-runtime'
import type { DeployedGateway } from './deployed-gateway.ts'

/**
 * The number of replicas to apply; undefined once an autoscaler has scaled. Before that it may not be
 * left out: nobody else would own the field, and the server would reset it to 1.
 */
export function wantedReplicas(
  { spec: { replicas = 1, autoscaling } }: DeployedGateway,
  autoscaler: DeepReadonly<HorizontalPodAutoscaler> | undefined,
  deployment: DeepReadonly<Deployment> | undefined,
): number | undefined {
  if (autoscaling === undefined) return replicas
  if (autoscaler?.status?.lastScaleTime !== undefined) return undefined
  return deployment?.spec?.replicas ?? autoscaling.minReplicas
}
