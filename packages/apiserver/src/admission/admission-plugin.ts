import type { KubernetesObject } from '@fairlead/kube-core'

import type { AdmissionRequest } from './admission-request.ts'

/** One of at most two passes of all plugins over a new or changed object. */
export interface MutationPass {
  /** Whether the plugins are asked again, because an object was changed after some had seen it. */
  readonly isSecond: boolean
  /** What a plugin keeps from the first pass for the second, under its name. */
  readonly kept: Map<string, unknown>
  /** Asks for a second pass. */
  readonly repeat: () => void
}

/** Takes part in every write: it may change the object, and refuses by throwing a StatusError. */
export interface AdmissionPlugin {
  /** As Kubernetes calls it, for example `LimitRanger`. */
  readonly name: string
  /**
   * Called before the object is validated. Returns the changed object; undefined leaves it as it
   * is. @throws StatusError
   */
  readonly mutate?: (
    request: AdmissionRequest,
    pass: MutationPass,
  ) => KubernetesObject | undefined | Promise<KubernetesObject | undefined>
  /** Called with the object as it will be stored. @throws StatusError */
  readonly validate?: (request: AdmissionRequest) => void | Promise<void>
}
