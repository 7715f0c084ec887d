import type { WebhookService } from './client-config.ts'

/** Where a Service of the cluster can really be reached. */
export interface ServiceAddress {
  readonly host: string
  readonly port: number
}

/**
 * Finds the address of a Service; its certificate is still to be for `name.namespace.svc`.
 * @throws Error whose message says why there is none, such as `service "x" not found`
 */
export type ServiceResolver = (service: WebhookService) => ServiceAddress
