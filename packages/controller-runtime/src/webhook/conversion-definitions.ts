import type { CustomResourceConversion, CustomResourceDefinitionObject } from '@fairlead/kube-core'

import type { RegisteredWebhook } from './registered-webhook.ts'
import type { WebhookConfigurationOptions } from './webhook-configurations.ts'
import { conversionPath } from './webhook-path.ts'

/**
 * The definitions of all kinds that a manager converts (`manager.webhooks.registered`), each told
 * where: at the Service of the options. One whose versions need no webhook stays as it is.
 */
export function conversionDefinitions(
  registered: readonly RegisteredWebhook[],
  options: Pick<WebhookConfigurationOptions, 'service' | 'caBundle'> = {},
): CustomResourceDefinitionObject[] {
  return registered.flatMap((each) =>
    each.sort === 'conversion' ? [calledAtService(each.crd, options)] : [],
  )
}

/** Whether objects of the kind are converted by a webhook, and not by the API server alone. */
export function needsConversionWebhook({ spec }: CustomResourceDefinitionObject): boolean {
  return spec.conversion?.strategy === 'Webhook'
}

function calledAtService(
  crd: CustomResourceDefinitionObject,
  { service, caBundle }: Pick<WebhookConfigurationOptions, 'service' | 'caBundle'>,
): CustomResourceDefinitionObject {
  if (!needsConversionWebhook(crd)) return crd
  const { namespace, name, port } = service ?? { namespace: 'system', name: 'webhook-service' }
  const clientConfig = {
    service: { namespace, name, path: conversionPath, ...(port === undefined ? {} : { port }) },
    ...(caBundle === undefined ? {} : { caBundle: Buffer.from(caBundle).toString('base64') }),
  }
  const conversion: CustomResourceConversion = {
    strategy: 'Webhook',
    webhook: { conversionReviewVersions: ['v1'], ...crd.spec.conversion?.webhook, clientConfig },
  }
  return { ...crd, spec: { ...crd.spec, conversion } }
}
