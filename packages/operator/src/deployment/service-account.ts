import type { ServiceAccount } from '@fairlead/kube-types'
import type { ChildOf } from '@fairlead/controller-runtime'
import { metadataOf, type DeployedGateway } from './deployed-gateway.ts'

/** Who the replicas are at the API server. The token is mounted by the Pods that ask for it. */
export function serviceAccountOf(gateway: DeployedGateway): ChildOf<ServiceAccount> {
  return { metadata: metadataOf(gateway), automountServiceAccountToken: false }
}
