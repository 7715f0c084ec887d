import type { DeployedGateway } from './deployed-gateway.ts'
import { HTTPRoute, PodMonitor } from '../optional-kinds.ts'

/** What is asked for and cannot be made, since the cluster had no such kind; undefined if nothing. */
export function missingKinds(
  { spec }: DeployedGateway,
  has: (kind: { readonly kind: string }) => boolean,
): string | undefined {
  const missing = [
    ...(spec.parentRefs && !has(HTTPRoute)
      ? ['parentRefs needs HTTPRoute of the Gateway API']
      : []),
    ...(spec.podMonitor && !has(PodMonitor)
      ? ['podMonitor needs PodMonitor of the Prometheus operator']
      : []),
  ]
  if (missing.length === 0) return undefined
  return `spec.deployment.${missing.join('; spec.deployment.')}: install what is missing, and restart the operator`
}
