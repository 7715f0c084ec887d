import type { Deployment } from '@fairlead/kube-types'
import type { ChildOf } from '@fairlead/controller-runtime'
import { metadataOf, type DeployedGateway } from './deployed-gateway.ts'
import { podTemplateOf } from './pod-template.ts'

/**
 * The replicas. A new one is ready before an old one is stopped. `replicas` is undefined where an
 * autoscaler has chosen.
 */
export function deploymentOf(
  gateway: DeployedGateway,
  replicas: number | undefined,
): ChildOf<Deployment> {
  return {
    metadata: metadataOf(gateway),
    spec: {
      ...(replicas !== undefined && { replicas }),
      selector: { matchLabels: gateway.selector },
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } },
      template: podTemplateOf(gateway),
    },
  }
}
