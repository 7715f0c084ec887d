import type { Clock, Logger } from '@fairlead/base'
import type { Client } from '../client/client.ts'
import { type ClientOptions, createClient } from '../client/create-client.ts'
import { fencedClient } from '../client/fenced-client.ts'
import type { WriteFence } from '../client/write-fence.ts'
import type { KubeConfig } from '../kube-config/kube-config.ts'
import type { Metrics } from '../metrics/metrics.ts'

interface ConnectionsOptions {
  readonly config?: KubeConfig | undefined
  readonly clientOptions?: Omit<ClientOptions, 'clock' | 'metrics'> | undefined
  readonly client?: Client | undefined
  readonly clock: Clock
  readonly logger: Logger
  readonly metrics: Metrics
}

/** The clients of one API server: the one that was given, or as many as are asked for. */
export class Connections {
  /** Without a fence: for an election, and for events, which tell and change nothing. */
  readonly unfenced: Client
  readonly #options: ConnectionsOptions
  readonly #opened: { close(): Promise<void> }[] = []

  constructor(options: ConnectionsOptions) {
    this.#options = options
    this.unfenced = options.client ?? this.open(options.config)
  }

  /** A client whose writes pass the fence, if there is one. */
  fenced(fence: WriteFence | undefined): Client {
    const { client, config } = this.#options
    if (fence === undefined) return this.unfenced
    return client === undefined ? this.open(config, { fence }) : fencedClient(client, fence)
  }

  /** Another client, with these options beside those that all have. */
  open(config: KubeConfig | undefined, more: Partial<ClientOptions> = {}): Client {
    if (config === undefined) throw new Error('a manager and a cluster need a config or a client')
    const { clientOptions, clock, logger, metrics } = this.#options
    const client = createClient(config, { logger, ...clientOptions, clock, metrics, ...more })
    this.#opened.push(client)
    return client
  }

  /** Closes what was opened; a client that was given is closed by whoever made it. */
  async close(): Promise<void> {
    await Promise.all(this.#opened.splice(0).map((client) => client.close()))
  }
}
