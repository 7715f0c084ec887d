import type { CustomResourceDefinitionObject, ResourceType } from '@fairlead/kube-core'
import type { admissionregistrationV1 } from '@fairlead/kube-types'

import type { AdmissionOperation } from './admission-request.ts'

/** How the API server is to call a webhook; each as in a webhook configuration, by default too. */
export interface WebhookOptions {
  /** The name of the webhook; defaults to that of kubebuilder, such as `mdeployment-v1.kb.io`. */
  readonly name?: string
  /** Defaults to the path that Go's controller-runtime takes; letters, digits, `-`, `_` and `/`. */
  readonly path?: string
  /** What happens to a request when the webhook cannot be asked. Defaults to `Fail`. */
  readonly failurePolicy?: 'Fail' | 'Ignore'
  /** Defaults to `None`: then it is asked about dry runs too. */
  readonly sideEffects?: 'None' | 'NoneOnDryRun'
  /** Between 1 and 30; the API server's default is 10. */
  readonly timeoutSeconds?: number
  /** Defaults to `Equivalent`: asked about every version of the kind, which the server converts. */
  readonly matchPolicy?: 'Equivalent' | 'Exact'
  readonly namespaceSelector?: admissionregistrationV1.MutatingWebhook['namespaceSelector']
  readonly objectSelector?: admissionregistrationV1.MutatingWebhook['objectSelector']
  readonly matchConditions?: admissionregistrationV1.MutatingWebhook['matchConditions']
  /** Of mutating webhooks: whether it is asked again after others changed the object. */
  readonly reinvocationPolicy?: 'Never' | 'IfNeeded'
}

/** Which requests a webhook is called for, as a rule of a webhook configuration. */
export interface WebhookRule {
  readonly operations: readonly AdmissionOperation[]
  readonly apiGroups: readonly string[]
  readonly apiVersions: readonly string[]
  readonly resources: readonly string[]
}

/** A webhook for admission. */
export interface RegisteredAdmission {
  readonly sort: 'mutating' | 'validating'
  readonly path: string
  readonly rules: readonly WebhookRule[]
  /** The kind, if it is for one. */
  readonly type?: ResourceType
  readonly options: Omit<WebhookOptions, 'path'>
}

/** The conversion of the versions of a kind. */
export interface RegisteredConversion {
  readonly sort: 'conversion'
  readonly path: string
  readonly crd: CustomResourceDefinitionObject
}

/** A webhook that a manager serves. */
export type RegisteredWebhook = RegisteredAdmission | RegisteredConversion
