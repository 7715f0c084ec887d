import { type Clock, silentLogger } from '@fairlead/base'
import { calledAt, type WebhookEndpoint } from '@fairlead/apiserver/testing'
import { Manager, type ManagerOptions, webhookConfigurations } from '@fairlead/controller-runtime'
import type { KubernetesObject } from '@fairlead/kube-core'

import type { TestServer } from './servers/test-server.ts'
import type { TestUser } from './test-user.ts'

/** Options of a manager, of which the environment knows how the API server is reached. */
export interface TestManagerOptions extends Omit<
  ManagerOptions,
  'config' | 'client' | 'webhookServer'
> {
  /** As of any manager, but 5 s by default, less than test runners wait. */
  readonly gracefulShutdownTimeoutMs?: number
  /** As whom it acts, one of `environment.users`. Defaults to a user who is allowed everything. */
  readonly as?: TestUser
}

interface RunningManager {
  readonly stop: AbortController
  readonly running: Promise<void>
  readonly configurations: readonly KubernetesObject[]
}

interface Surroundings {
  readonly server: TestServer
  readonly clock: Clock
  /** Where webhooks are served that the server cannot ask in this process. */
  readonly endpoint: WebhookEndpoint | undefined
}

/** The managers of a test environment. `dispose` stops all; it rejects if one of them has failed. */
export class RunningManagers implements AsyncDisposable {
  readonly #surroundings: Surroundings
  readonly #managers = new Map<Manager, RunningManager>()

  constructor(surroundings: Surroundings) {
    this.#surroundings = surroundings
    surroundings.server.inProcess?.answerWebhooks((path, review) => this.#answer(path, review))
  }

  /** Starts a manager, and resolves when its controllers run; with leader election at once. */
  async start(
    setup: (manager: Manager) => void,
    { as, ...options }: TestManagerOptions,
  ): Promise<Manager> {
    const { server, clock, endpoint } = this.#surroundings
    const manager = new Manager({
      logger: silentLogger,
      clock,
      gracefulShutdownTimeoutMs: 5_000,
      ...options,
      config: as?.config ?? server.config,
      webhookServer:
        endpoint === undefined
          ? false
          : {
              host: endpoint.host,
              port: endpoint.port,
              certificates: { directory: endpoint.certDir },
            },
    })
    setup(manager)
    const configurations = this.#configurationsOf(manager)
    const stop = new AbortController()
    const running = manager.start(stop.signal)
    running.catch(() => {})
    this.#managers.set(manager, { stop, running, configurations })
    try {
      if (options.leaderElection === undefined) {
        // It says why, where the manager says only that it has stopped.
        await Promise.race([manager.whenElected().catch(() => running), running])
      }
      for (const object of configurations) await server.install(object)
    } catch (error) {
      await this.stop(manager).catch(() => {})
      throw error
    }
    return manager
  }

  /** Stops one of them and resolves when it has stopped; rejects if it has failed. */
  async stop(manager: Manager): Promise<void> {
    const found = this.#managers.get(manager)
    if (found === undefined) return
    // What nobody answers any more would refuse every write.
    for (const object of found.configurations) {
      if (!isDefinition(object)) await this.#surroundings.server.remove(object)
    }
    found.stop.abort()
    try {
      await found.running
    } finally {
      this.#managers.delete(manager)
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const stops = [...this.#managers.keys()].map((manager) => this.stop(manager))
    const failed = (await Promise.allSettled(stops)).flatMap((stop) =>
      stop.status === 'rejected' ? [stop.reason as unknown] : [],
    )
    this.#surroundings.server.inProcess?.answerWebhooks(undefined)
    if (failed.length === 1) throw failed[0]
    if (failed.length > 1) throw new AggregateError(failed, 'several managers have failed')
  }

  async #answer(path: string, review: object): Promise<object> {
    const manager = [...this.#managers.keys()].find(({ webhooks }) => webhooks.has(path))
    if (manager === undefined) {
      throw new Error(`no manager of the test environment has a webhook at ${path}`)
    }
    return manager.webhooks.review(path, review)
  }

  #configurationsOf({ webhooks: { registered } }: Manager): readonly KubernetesObject[] {
    const { endpoint } = this.#surroundings
    const { mutating, validating } = webhookConfigurations(registered)
    const definitions = registered.flatMap((each) => (each.sort === 'conversion' ? each.crd : []))
    const objects = [...definitions, mutating, validating].filter((each) => each !== undefined)
    return (objects as readonly KubernetesObject[]).map((object) =>
      endpoint === undefined ? object : calledAt(endpoint, object),
    )
  }
}

function isDefinition({ kind }: KubernetesObject): boolean {
  return kind === 'CustomResourceDefinition'
}
