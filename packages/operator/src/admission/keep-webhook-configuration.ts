import { aborted } from '@fairlead/base'
import { type Manager, runnable, webhookConfigurations } from '@fairlead/controller-runtime'
import { ValidatingWebhookConfiguration } from '@fairlead/kube-types'

/** What of the API server's configuration of webhooks is ours. */
export const webhookConfigurationName = 'fairlead-admission'
const fieldManager = 'fairlead-admission'

/** Where the API server finds the webhooks. */
export interface AdmissionService {
  readonly namespace: string
  readonly name: string
  /** Defaults to 443. */
  readonly port?: number
}

/**
 * Tells the API server which webhooks the manager has, when it begins to lead: their rules belong to
 * its version. Whom to trust is written by whoever makes the certificates.
 */
export function keepWebhookConfiguration(manager: Manager, service: AdmissionService): void {
  manager.add(
    runnable(async (signal) => {
      const { validating } = webhookConfigurations(manager.webhooks.registered, {
        service,
        names: { validating: webhookConfigurationName },
      })
      if (validating === undefined) return
      const applied = { ...validating, metadata: { name: webhookConfigurationName } }
      const options = { fieldManager, force: true, signal }
      await manager.client.apply(ValidatingWebhookConfiguration, applied, options)
      await aborted(signal)
    }),
  )
}
