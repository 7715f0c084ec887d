import type { HealthCheck } from '../probes/probe-response.ts'
import { WebhookRegistry } from '../webhook/webhook-registry.ts'
import {
  WebhookServer,
  type WebhookServerContext,
  type WebhookServerOptions,
} from '../webhook/webhook-server.ts'

interface ManagerWebhooksOptions extends Omit<WebhookServerContext, 'registry'> {
  /** `false` for no server: then only tests and `review` ask the webhooks. */
  readonly server: WebhookServerOptions | false | undefined
  readonly addReadyzCheck: (name: string, check: HealthCheck) => void
  /** Starts the server now, or with the manager. */
  readonly addServer: (server: WebhookServer) => void
}

/** The webhooks of a manager, and the server that there is as soon as one is registered. */
export class ManagerWebhooks {
  readonly registry: WebhookRegistry
  readonly #options: ManagerWebhooksOptions
  #server: WebhookServer | undefined
  #isStarted = false

  constructor(options: ManagerWebhooksOptions) {
    this.#options = options
    this.registry = new WebhookRegistry({
      clock: options.clock,
      logger: options.logger,
      metrics: options.metrics.webhook,
      onRegister: () => {
        if (this.#isStarted) this.#open()
      },
    })
  }

  /**
   * Opens the server, if there is anything to serve.
   * @throws Error when nothing says how it is to be served
   */
  start(): void {
    this.#isStarted = true
    if (this.registry.registered.length > 0) this.#open()
  }

  /** Resolves when the webhooks can be called, at once if there are none. */
  async whenListening(signal: AbortSignal): Promise<void> {
    await this.#server?.whenListening(signal)
  }

  #open(): void {
    const { server: options, addReadyzCheck, addServer, ...context } = this.#options
    if (this.#server !== undefined || options === false) return
    if (options === undefined) {
      const [first] = this.registry.registered
      throw new Error(
        `the webhook ${first?.path} is registered, but nothing says how it is served: give the manager the option webhookServer with certificates, or webhookServer: false if only tests call it`,
      )
    }
    const server = new WebhookServer(options, { ...context, registry: this.registry })
    this.#server = server
    addReadyzCheck('webhooks-listening', () => server.check())
    addServer(server)
  }
}
