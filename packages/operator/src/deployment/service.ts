import type { Service } from '@fairlead/kube-types'
import type { ChildOf } from '@fairlead/controller-runtime'
import { metadataOf, type DeployedGateway } from './deployed-gateway.ts'

/** Where callers connect to. The admin port is not among it: it is for the cluster's own. */
export function serviceOf(gateway: DeployedGateway): ChildOf<Service> {
  const { annotations, type, port, loadBalancerClass } = gateway.spec.service
  return {
    metadata: { ...metadataOf(gateway), ...(annotations && { annotations }) },
    spec: {
      type,
      selector: gateway.selector,
      ports: [{ name: 'http', port, protocol: 'TCP', targetPort: 'http' }],
      ...(loadBalancerClass !== undefined && { loadBalancerClass }),
    },
  }
}
