import type { KubernetesObject } from '@fairlead/kube-core'

import type { AdmissionRequest } from './admission-request.ts'

/** Takes part in every write: it may change the object, and refuses by throwing a StatusError. */
export interface AdmissionPlugin {
  /** As Kubernetes calls it, for example `LimitRanger`. */
  readonly name: string
  /**
   * Called before the object is validated. Returns the changed object; undefined leaves it as it
   * is. @throws StatusError
   */
  mutate?(
    request: AdmissionRequest,
  ): KubernetesObject | undefined | Promise<KubernetesObject | undefined>
  /** Called with the object as it will be stored. @throws StatusError */
  validate?(request: AdmissionRequest): void | Promise<void>
}
