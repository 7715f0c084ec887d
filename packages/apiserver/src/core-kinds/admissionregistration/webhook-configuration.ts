import type { AdmissionExpressions, KubernetesObject } from '@fairlead/kube-core'

import type { KindRules } from '../../definitions/built-in-kind.ts'
import { listAt, recordsAt } from '../../definitions/fields.ts'
import { textColumn } from '../../definitions/standard-columns.ts'
import { errorsOf } from '../shared/place.ts'
import { defaultWebhook, validateWebhooks } from './webhook.ts'

const group = 'admissionregistration.k8s.io'

const webhooksColumn = {
  ...textColumn('Webhooks', 'How many webhooks it has', (configuration: KubernetesObject) => {
    return listAt(configuration, 'webhooks').length
  }),
  type: 'integer',
}

/** As Kubernetes' strategy, defaults and validation of `admissionregistration.k8s.io/v1`. */
export const validatingWebhookConfigurationRules = (
  expressions: AdmissionExpressions,
): KindRules => ({
  group,
  plural: 'validatingwebhookconfigurations',
  hasGeneration: true,
  columns: [webhooksColumn],
  writeRules: {
    defaults(configuration) {
      for (const webhook of recordsAt(configuration, 'webhooks')) defaultWebhook(webhook)
    },
    validate: (configuration, previous) =>
      errorsOf(configuration, (root) => validateWebhooks(root, previous, expressions)),
  },
})

/** As `validatingWebhookConfigurationRules`, with what only mutating webhooks have. */
export const mutatingWebhookConfigurationRules = (
  expressions: AdmissionExpressions,
): KindRules => ({
  group,
  plural: 'mutatingwebhookconfigurations',
  hasGeneration: true,
  columns: [webhooksColumn],
  writeRules: {
    defaults(configuration) {
      for (const webhook of recordsAt(configuration, 'webhooks')) {
        defaultWebhook(webhook)
        webhook['reinvocationPolicy'] ??= 'Never'
      }
    },
    validate: (configuration, previous) =>
      errorsOf(configuration, (root) =>
        validateWebhooks(root, previous, expressions, (webhook) => {
          webhook.oneOf('reinvocationPolicy', ['IfNeeded', 'Never'])
        }),
      ),
  },
})
