import type { JsonObject } from '@fairlead/base'
import type { GroupVersionKind, KubernetesObject } from '@fairlead/kube-core'

import type { User } from '../auth/user.ts'
import type { ResourceDefinition } from '../definitions/resource-definition.ts'

/** One write that is about to happen, as plugins and webhooks see it. */
export interface AdmissionRequest {
  readonly operation: 'CREATE' | 'UPDATE' | 'DELETE' | 'CONNECT'
  readonly definition: ResourceDefinition
  /** Empty for an object of the cluster. */
  readonly namespace: string
  /** Empty when the name of a new object is still to be generated, and for collections. */
  readonly name: string
  readonly subresource?: string
  /** What the subresource takes, where it is another kind than the resource's, such as Scale. */
  readonly kind?: GroupVersionKind
  /**
   * What is to be stored, in the served version; absent for a deletion. The options of a connection
   * have no metadata.
   */
  readonly object?: KubernetesObject
  /** What is stored, in the served version; absent for a creation and a connection. */
  readonly oldObject?: KubernetesObject
  /** CreateOptions, UpdateOptions or DeleteOptions of `meta.k8s.io/v1`; null of a connection. */
  readonly options: JsonObject | null
  readonly user: User
  readonly dryRun: boolean
  /** Adds a Warning header to the response. */
  readonly warn: (message: string) => void
}
