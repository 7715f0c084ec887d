import { arrayOrEmpty, objectOrEmpty } from '@fairlead/base'
import type {
  AdmissionExpression,
  AdmissionExpressions,
  KubernetesObject,
  LabelSelector,
} from '@fairlead/kube-core'

import { parseSelector } from '../admission-matching/label-match.ts'
import { parseMatchConditions } from '../admission-matching/match-conditions.ts'
import { parseResourceRules, type ResourceRule } from '../admission-matching/resource-rule.ts'
import { parseClientConfig, type WebhookClientConfig } from '../webhooks/client-config.ts'

/** One webhook of a MutatingWebhookConfiguration or ValidatingWebhookConfiguration. */
export interface Webhook {
  readonly name: string
  /** Different for every webhook, also for those of one name. */
  readonly id: string
  readonly configuration: string
  readonly client: WebhookClientConfig
  readonly rules: readonly ResourceRule[]
  readonly ignoresFailures: boolean
  readonly matchPolicy: 'Exact' | 'Equivalent'
  readonly namespaceSelector: LabelSelector
  readonly objectSelector: LabelSelector
  /** Whether it may be called for a dry run. */
  readonly allowsDryRun: boolean
  readonly timeoutMs: number
  readonly reviewVersions: readonly string[]
  /** Of mutating webhooks: whether it is called again when others have changed the object. */
  readonly isReinvoked: boolean
  /** Expressions that must hold for it to be called. */
  readonly conditions: readonly AdmissionExpression[]
}

const timeoutSecondsDefault = 10

/** The webhooks of a validated configuration, in their order. */
export function parseWebhooks(
  configuration: KubernetesObject,
  expressions: AdmissionExpressions,
): readonly Webhook[] {
  const configurationName = configuration.metadata.name ?? ''
  return arrayOrEmpty(configuration['webhooks']).map((each, index) => {
    const webhook = objectOrEmpty(each)
    const { timeoutSeconds, sideEffects } = webhook
    return {
      name: String(webhook['name']),
      id: `${configurationName}/${index}`,
      configuration: configurationName,
      client: parseClientConfig(webhook['clientConfig']),
      rules: parseResourceRules(webhook['rules']),
      ignoresFailures: webhook['failurePolicy'] === 'Ignore',
      matchPolicy: webhook['matchPolicy'] === 'Exact' ? 'Exact' : 'Equivalent',
      namespaceSelector: parseSelector(webhook['namespaceSelector']),
      objectSelector: parseSelector(webhook['objectSelector']),
      allowsDryRun: sideEffects === 'None' || sideEffects === 'NoneOnDryRun',
      timeoutMs:
        1000 * (typeof timeoutSeconds === 'number' ? timeoutSeconds : timeoutSecondsDefault),
      reviewVersions: arrayOrEmpty(webhook['admissionReviewVersions']).map(String),
      isReinvoked: webhook['reinvocationPolicy'] === 'IfNeeded',
      conditions: parseMatchConditions(webhook['matchConditions'], () => {
        return expressions.compiler({ params: false, variables: false })
      }),
    }
  })
}
