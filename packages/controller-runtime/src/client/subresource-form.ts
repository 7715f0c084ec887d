import type { TypedObject } from '@fairlead/kube-core'
import type { authenticationV1, autoscalingV1, coreV1, policyV1 } from '@fairlead/kube-types'

/** The subresources whose form is another than that of the object that they belong to. */
interface ForeignForms {
  readonly scale: autoscalingV1.Scale
  readonly eviction: policyV1.Eviction
  readonly token: authenticationV1.TokenRequest
  readonly binding: coreV1.Binding
}

/** What is read from, and written to, a subresource: of most, the object itself. */
export type SubresourceForm<
  T extends TypedObject,
  Name extends string,
> = Name extends keyof ForeignForms ? ForeignForms[Name] : T
