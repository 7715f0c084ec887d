import { TestEnvironment } from '@fairlead/apiserver/testing'
import {
  createClient,
  loadKubeConfig,
  Manager,
  type Client,
  type ManagerOptions,
} from '@fairlead/controller-runtime'
import { RecordingLogger } from '@fairlead/controller-runtime/testing'
import { ConfigMap } from '@fairlead/kube-core'
import { waitFor } from '../support/wait-for.ts'
import { Database } from './database.ts'

export const key = { namespace: 'default', name: 'a' }

interface RunOptions {
  readonly manager?: Partial<ManagerOptions>
  /** Of a user who may less than everything. */
  readonly kubeconfig?: string
}

/** An API server with the kind, a client that belongs to nobody's operator, and managers. */
export class OperatorLaboratory implements AsyncDisposable {
  readonly environment: TestEnvironment
  readonly client: Client & { close(): Promise<void> }
  readonly #stop = new AbortController()
  readonly #running: Promise<void>[] = []

  private constructor(environment: TestEnvironment) {
    this.environment = environment
    this.client = createClient(loadKubeConfig({ text: environment.kubeconfig() }))
  }

  static async open(): Promise<OperatorLaboratory> {
    return new OperatorLaboratory(
      await TestEnvironment.start({ crds: [Database.crd], stages: true }),
    )
  }

  /** A manager that runs what `setup` declares. */
  run(setup: (manager: Manager) => void, options: RunOptions = {}): RunningOperator {
    const running = new RunningOperator(this, setup, options)
    this.#running.push(running.start(this.#stop.signal))
    return running
  }

  async create(spec: { replicas: number; password?: string; shards?: string[] }): Promise<void> {
    await this.client.create(Database, {
      apiVersion: 'databases.example.com/v1',
      kind: 'Database',
      metadata: key,
      spec,
    })
  }

  async patch(spec: object): Promise<void> {
    await this.client.patch(Database, key, { type: 'merge', body: { spec } })
  }

  /** The message of a condition of the database, once it has that status. */
  condition(type: string, status: string): Promise<{ reason: string; message: string }> {
    return waitFor(`${type} to be ${status}`, async () => {
      const { conditions } = (await this.client.get(Database, key)).status ?? {}
      return conditions?.find((one) => one.type === type && one.status === status)
    })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort()
    await Promise.allSettled(this.#running)
    await this.client.close()
    await this.environment.stop()
  }
}

class RunningOperator {
  readonly manager: Manager
  readonly logger = new RecordingLogger()
  readonly #laboratory: OperatorLaboratory
  readonly #stop = new AbortController()
  #ended: Promise<void> = Promise.resolve()

  constructor(
    laboratory: OperatorLaboratory,
    setup: (manager: Manager) => void,
    options: RunOptions,
  ) {
    this.#laboratory = laboratory
    const kubeconfig = options.kubeconfig ?? laboratory.environment.kubeconfig()
    const config = loadKubeConfig({ text: kubeconfig })
    this.manager = new Manager({ config, logger: this.logger, ...options.manager })
    setup(this.manager)
  }

  start(signal: AbortSignal): Promise<void> {
    this.#ended = this.manager.start(AbortSignal.any([signal, this.#stop.signal]))
    return this.#ended
  }

  async stop(): Promise<void> {
    this.#stop.abort()
    await this.#ended
  }

  /** How many writes it has sent, those of events left out. */
  get writes(): number {
    return (
      this.applied +
      this.logger.lines.filter(({ message }) => message.startsWith('deleted ')).length
    )
  }

  /** What it has logged as errors. */
  get errors(): readonly string[] {
    return this.logger.lines.filter(({ level }) => level === 'error').map(({ message }) => message)
  }

  get applied(): number {
    return this.logger.lines.filter(({ message }) => message.startsWith('applied ')).length
  }

  /** How many requests it has sent by methods that write. */
  async requests(): Promise<number> {
    const metric = await this.manager.metrics.registry
      .getSingleMetric('rest_client_requests_total')
      ?.get()
    return (metric?.values ?? [])
      .filter(({ labels }) => labels['method'] !== 'GET')
      .reduce((sum, { value }) => sum + value, 0)
  }

  /** Waits until everything that was written has been seen, and what that causes has been called. */
  async settled(): Promise<void> {
    const { client } = this.#laboratory
    let before = -1
    await waitFor('quiet', async () => {
      const marker = { apiVersion: 'v1', kind: 'ConfigMap' } as const
      for (let turn = 0; turn < 10; turn += 1) {
        const metadata = { namespace: 'default', generateName: 'marker-' }
        await client.create(ConfigMap, { ...marker, metadata })
      }
      const now = await this.requests()
      const isQuiet = now === before
      before = now
      return isQuiet
    })
  }
}
