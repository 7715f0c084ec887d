import type { Logger } from '@fairlead/base'

import { AdmissionChain } from '../admission/admission-chain.ts'
import type { AdmissionPlugin } from '../admission/admission-plugin.ts'
import { mutatingWebhooks } from '../admission-webhooks/mutating-webhooks.ts'
import { validatingWebhooks } from '../admission-webhooks/validating-webhooks.ts'
import { WebhookCaller } from '../admission-webhooks/webhook-caller.ts'
import { WebhookSource } from '../admission-webhooks/webhook-source.ts'
import type { ResourceContext } from '../resources/resource-context.ts'
import type { WebhookClient } from '../webhooks/webhook-client.ts'

interface AdmissionOptions {
  readonly context: Omit<ResourceContext, 'admission'>
  readonly webhooks: WebhookClient
  readonly logger: Logger
}

/** The chain that every write passes, and what ends what its plugins have begun. */
interface Admission {
  readonly chain: AdmissionChain
  stop(): void
}

/** Puts the plugins together, in the order of kube-apiserver. */
export function createAdmission({ context, webhooks, logger }: AdmissionOptions): Admission {
  const mutating = new WebhookSource(context.storage, 'mutating')
  const validating = new WebhookSource(context.storage, 'validating')
  const caller = new WebhookCaller({ client: webhooks, logger })
  const plugins: readonly AdmissionPlugin[] = [
    // Webhooks see what the server's own plugins have filled in.
    mutatingWebhooks(context, mutating, caller),
    validatingWebhooks(context, validating, caller),
  ]
  return {
    chain: new AdmissionChain(plugins),
    stop() {
      mutating.stop()
      validating.stop()
    },
  }
}
