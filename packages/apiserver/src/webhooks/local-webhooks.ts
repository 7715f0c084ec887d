import type { WebhookService } from './client-config.ts'

/**
 * Answers the reviews that a webhook of a Service would be sent, in this process and without a
 * connection. Undefined for a webhook that is to be called over the network; a rejection counts as a
 * webhook that cannot be called.
 */
export type LocalWebhooks = (service: WebhookService, review: object) => Promise<object> | undefined
