import { workerName } from './replica-name.ts'
import {
  reportReplica,
  type ReplicaReporterOptions,
  type ReportingReplica,
} from './replica-reporter.ts'

interface Reporting {
  readonly name: string
  readonly replica: ReportingReplica
  readonly stop: AbortController
}

/** Keeps an entry in `LLMGateway.status.replicas` for each worker. */
export class WorkerReports {
  readonly #options: Omit<ReplicaReporterOptions, 'gateway'>
  #reporting: Reporting[] = []
  /** By name, the end of the newest; also of those that are still removing their entry. */
  readonly #ends = new Map<string, Promise<void>>()

  constructor(options: Omit<ReplicaReporterOptions, 'gateway'>) {
    this.#options = options
  }

  /** Reports these, by their index, and removes the entries of others. */
  follow(replicas: readonly (ReportingReplica & { readonly index: number })[]): void {
    const before = this.#reporting
    this.#reporting = replicas.map((replica) => {
      const name = workerName(this.#options.replica, replica.index, replicas.length)
      const same = before.find((one) => one.name === name && one.replica === replica)
      return same ?? this.#begin(name, replica)
    })
    for (const one of before) if (!this.#reporting.includes(one)) one.stop.abort()
  }

  /** Resolves when all entries are removed. */
  async stop(): Promise<void> {
    for (const { stop } of this.#reporting) stop.abort()
    await Promise.all(this.#ends.values())
  }

  #begin(name: string, replica: ReportingReplica): Reporting {
    const stop = new AbortController()
    const options = { ...this.#options, replica: name, gateway: replica }
    // One that leaves would remove the entry of another that has taken its name.
    const before = this.#ends.get(name) ?? Promise.resolve()
    this.#ends.set(
      name,
      before.then(() => reportReplica(options, stop.signal)),
    )
    return { name, replica, stop }
  }
}
