import type { LLMGateway, LLMGatewayStatus } from '@fairlead/api'
import type { DeepReadonly, ObservedChild } from '@fairlead/controller-runtime'
import type { PlannedCondition } from '@fairlead/config'
import type { Deployment, Service } from '@fairlead/kube-types'
import type { DeployedGateway } from './deployed-gateway.ts'

/** What was made for a gateway, as it is. */
export interface DeployedObjects {
  readonly deployment: ObservedChild<Deployment>
  readonly service: ObservedChild<Service>
  /** Of everything. */
  readonly all: readonly ObservedChild[]
}

type DeploymentStatus = Pick<LLMGatewayStatus, 'addresses' | 'deployment'>
type Addresses = NonNullable<DeploymentStatus['addresses']>

/**
 * `Deployed`: whether what the spec asks for is there, and ready; `unshared` tells what its replicas
 * do not share, `missing` what cannot be made, if anything.
 */
export function deployedCondition(
  all: readonly ObservedChild[],
  {
    unshared,
    missing,
  }: { readonly unshared?: string | undefined; readonly missing?: string | undefined } = {},
): PlannedCondition {
  const type = 'Deployed'
  const failed = all.filter(({ state }) => state === 'failed')
  const moving = all.filter(({ state }) => state === 'progressing' || state === 'waiting')
  const told = (children: readonly ObservedChild[]) =>
    children.map(({ message }) => message).join('; ')
  if (failed.length > 0) return { type, status: 'False', reason: 'Failed', message: told(failed) }
  if (missing !== undefined) {
    return { type, status: 'False', reason: 'KindNotFound', message: missing }
  }
  if (moving.length > 0) {
    return { type, status: 'False', reason: 'Progressing', message: told(moving) }
  }
  if (unshared !== undefined) {
    return { type, status: 'True', reason: 'StateNotShared', message: unshared }
  }
  return { type, status: 'True', reason: 'Deployed', message: 'All replicas are ready and current' }
}

/** What the status says of the replicas and of their addresses. */
export function deploymentStatus(
  gateway: DeployedGateway,
  { deployment, service }: DeployedObjects,
  replicas: NonNullable<DeepReadonly<LLMGateway>['status']>['replicas'],
  operatorVersion: string,
): DeploymentStatus {
  const { status, spec } = deployment.object ?? {}
  const ready = status?.readyReplicas ?? 0
  const versions = [...new Set((replicas ?? []).flatMap(({ version }) => version ?? []))].toSorted()
  return {
    addresses: addressesOf(gateway, service.object),
    deployment: {
      replicas: status?.replicas ?? 0,
      readyReplicas: ready,
      updatedReplicas: status?.updatedReplicas ?? 0,
      summary: `${ready}/${spec?.replicas ?? 0}`,
      selector: Object.entries(gateway.selector)
        .map((label) => label.join('='))
        .join(','),
      ...(versions.length > 0 && {
        version: versions.join(', '),
        versionSkew: versions.some((version) => version !== operatorVersion),
      }),
    },
  }
}

/** Those of its load balancer, and then the name that it has in the cluster. */
function addressesOf(
  { name, namespace, spec }: DeployedGateway,
  service: DeepReadonly<Service> | undefined,
): Addresses {
  if (service === undefined) return []
  const external = (service.status?.loadBalancer?.ingress ?? []).flatMap(
    ({ hostname, ip }): Addresses => {
      if (hostname !== undefined) return [{ type: 'Hostname' as const, value: hostname }]
      return ip === undefined ? [] : [{ type: 'IPAddress' as const, value: ip }]
    },
  )
  const routed = (spec.hostnames ?? []).map((value) => ({ type: 'Hostname' as const, value }))
  return [...routed, ...external, { type: 'Hostname', value: `${name}.${namespace}.svc` }]
}
