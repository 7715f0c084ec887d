import { isConditionTrue, type ChildOf, type DeepReadonly } from '@fairlead/controller-runtime'
import { deepEqual, type Condition, type KubernetesObject } from '@fairlead/kube-core'
import { metadataOf, type DeployedGateway } from './deployed-gateway.ts'

interface ParentRef {
  readonly name: string
  readonly namespace?: string
  readonly sectionName?: string
  readonly port?: number
}

interface ParentStatus {
  readonly parentRef: ParentRef
  readonly conditions?: readonly Condition[]
}

/** The way from Gateways of the Gateway API to the Service. Models may think longer than a proxy waits. */
export function httpRouteOf(gateway: DeployedGateway): ChildOf<KubernetesObject> | undefined {
  const { parentRefs, hostnames, service } = gateway.spec
  if (parentRefs === undefined) return undefined
  return {
    metadata: metadataOf(gateway),
    spec: {
      parentRefs,
      ...(hostnames && { hostnames }),
      rules: [
        {
          backendRefs: [{ name: gateway.name, port: service.port }],
          timeouts: { request: '0s' },
        },
      ],
    },
  }
}

/** Whether each of its Gateways has accepted it. */
export function isRouteAccepted({ metadata, ...route }: DeepReadonly<KubernetesObject>): boolean {
  const { parentRefs = [] } = (route['spec'] ?? {}) as { parentRefs?: readonly ParentRef[] }
  const { parents = [] } = (route['status'] ?? {}) as { parents?: readonly ParentStatus[] }
  const { namespace } = metadata
  return parentRefs.every((wanted) =>
    parents.some(
      ({ parentRef, conditions }) =>
        deepEqual(identityOf(parentRef, namespace), identityOf(wanted, namespace)) &&
        isConditionTrue(conditions, 'Accepted'),
    ),
  )
}

function identityOf({ name, namespace, sectionName, port }: ParentRef, own: string | undefined) {
  return [namespace ?? own, name, sectionName, port]
}
