import { randomUUID } from 'node:crypto'

import type { Logger } from '@fairlead/base'
import { errors, goQuote } from '@fairlead/kube-core'

import type { WebhookClient } from '../webhooks/webhook-client.ts'
import { WebhookError } from '../webhooks/webhook-error.ts'
import { admissionReview, reviewVersion } from './admission-review.ts'
import { denial } from './denial.ts'
import type { Invocation } from './invocation.ts'
import { patchOperations } from './patch-operations.ts'
import { parseAnswer, type ReviewAnswer } from './review-answer.ts'
import type { Webhook } from './webhook.ts'

interface WebhookCallerOptions {
  readonly client: Pick<WebhookClient, 'call'>
  readonly logger: Logger
}

/** What a webhook says that allows a request. */
interface Allowed {
  /** Those of its patch. */
  readonly operations: readonly unknown[]
}

/** Asks webhooks and judges what they answer, by their failure policy. */
export class WebhookCaller {
  readonly #options: WebhookCallerOptions

  constructor(options: WebhookCallerOptions) {
    this.#options = options
  }

  /**
   * What the webhook says when it allows the request; undefined when it failed and failures are
   * ignored.
   * @throws StatusError for a refusal, and for a failure that counts
   */
  async call(
    invocation: Invocation,
    sort: 'mutating' | 'validating',
  ): Promise<Allowed | undefined> {
    const { webhook, request } = invocation
    if (request.dryRun && !webhook.allowsDryRun) {
      throw errors.badRequest(`admission webhook ${goQuote(webhook.name)} does not support dry run`)
    }
    const answer = await this.#judged(webhook, () => this.#ask(invocation, sort))
    if (answer === undefined) return undefined
    this.#annotate(invocation, answer)
    for (const warning of answer.warnings) request.warn(warning)
    if (!answer.allowed) throw denial(webhook.name, answer.result)
    return this.#judged(webhook, () => ({ operations: patchOperations(answer) }))
  }

  /** Undefined for a failure that is ignored. @throws StatusError for one that counts */
  async #judged<T>(webhook: Webhook, work: () => T | Promise<T>): Promise<T | undefined> {
    try {
      return await work()
    } catch (error) {
      if (!(error instanceof WebhookError)) throw error
      const message = `failed calling webhook ${goQuote(webhook.name)}: ${error.message}`
      const { configuration, name, ignoresFailures } = webhook
      this.#options.logger.warn(
        { configuration, webhook: name, error: error.message },
        ignoresFailures ? 'a webhook failed and is ignored' : 'a webhook failed',
      )
      if (ignoresFailures) return undefined
      throw errors.internal(message)
    }
  }

  /** @throws WebhookError */
  async #ask(invocation: Invocation, sort: 'mutating' | 'validating'): Promise<ReviewAnswer> {
    const { client, reviewVersions, timeoutMs } = invocation.webhook
    const version = reviewVersion(reviewVersions)
    if (version === undefined) {
      throw new WebhookError(
        'could not create admission objects: webhook does not accept known AdmissionReview versions (v1, v1beta1)',
      )
    }
    const uid = randomUUID()
    const question = admissionReview(invocation, version, uid)
    return parseAnswer(await this.#post(client, question, timeoutMs), sort, version, uid)
  }

  async #post(...call: Parameters<WebhookClient['call']>): Promise<unknown> {
    try {
      return await this.#options.client.call(...call)
    } catch (error) {
      if (!(error instanceof WebhookError)) throw error
      throw new WebhookError(`failed to call webhook: ${error.message}`, { cause: error })
    }
  }

  /** There is no audit log; what webhooks say for it is in the server's log. */
  #annotate({ webhook }: Invocation, { auditAnnotations }: ReviewAnswer): void {
    for (const [key, value] of Object.entries(auditAnnotations)) {
      this.#options.logger.info({ key: `${webhook.name}/${key}`, value }, 'audit annotation')
    }
  }
}
