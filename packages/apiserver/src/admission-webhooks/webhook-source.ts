import type { AdmissionExpressions } from '@fairlead/kube-core'

import type { Storage } from '../storage/storage.ts'
import { parseWebhooks, type Webhook } from './webhook.ts'

/** The stored webhooks of one sort, read again after a change of their configurations. */
export class WebhookSource {
  readonly #storage: Storage
  readonly #resource: string
  readonly #expressions: AdmissionExpressions
  readonly #unsubscribe: () => void
  #webhooks: readonly Webhook[] | undefined

  constructor(
    storage: Storage,
    sort: 'mutating' | 'validating',
    expressions: AdmissionExpressions,
  ) {
    this.#expressions = expressions
    this.#storage = storage
    this.#resource = `${sort}webhookconfigurations.admissionregistration.k8s.io`
    this.#unsubscribe = storage.subscribe(this.#resource, () => (this.#webhooks = undefined))
  }

  /** By the names of their configurations, then as each lists them. */
  all(): readonly Webhook[] {
    this.#webhooks ??= this.#storage
      .list({ resource: this.#resource })
      .objects.flatMap((configuration) => parseWebhooks(configuration, this.#expressions))
    return this.#webhooks
  }

  stop(): void {
    this.#unsubscribe()
  }
}
