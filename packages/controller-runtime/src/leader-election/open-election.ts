import { randomUUID } from 'node:crypto'
import { hostname } from 'node:os'
import { type Clock, type Logger, type Random, systemClock, withFields } from '@fairlead/base'
import type { Client } from '../client/client.ts'
import type { KubeConfig } from '../kube-config/kube-config.ts'
import type { Metrics } from '../metrics/metrics.ts'
import type { Election } from './election.ts'
import type { ElectionLock } from './election-lock.ts'
import { electionMeter } from './election-meter.ts'
import { electionTiming, type ElectionTimingOptions } from './election-timing.ts'
import { LeaderElector } from './leader-elector.ts'
import { LeaseLock } from './lease-lock.ts'
import { ThreadElection } from './thread-election.ts'

export interface LeaderElectionOptions extends ElectionTimingOptions {
  /** Name of the Lease; shared by the replicas of one operator. */
  readonly name: string
  /** Defaults to the namespace of the config: in a cluster, the pod's. */
  readonly namespace?: string
  /** Unique to this process. Defaults to `hostname_uuid`. */
  readonly identity?: string
  /** Labels of the Lease. */
  readonly labels?: Readonly<Record<string, string>>
  /** Releases the lease on stop, so that another can lead at once. Defaults to true. */
  readonly releaseOnStop?: boolean
  /** The API server that has the Lease, if it is not the manager's. */
  readonly config?: KubeConfig
  /** Keeps the record of who leads in something other than a Lease. */
  readonly lock?: ElectionLock
  /**
   * Renews from a thread of its own, so that a reconciler that keeps the process busy does not lose
   * the lease. Defaults to true wherever it is possible: with a `config`, without a `lock`, and with
   * the system's clock.
   */
  readonly thread?: boolean
  /**
   * How long the process may be busy without an answer to that thread until it is taken for stuck and
   * the lease is left to others. Defaults to 60 s.
   */
  readonly blockedLimitMs?: number
}

interface ElectionEnvironment {
  readonly config: KubeConfig | undefined
  readonly userAgent: string
  readonly clock: Clock
  readonly random: Random
  readonly logger: Logger
  readonly metrics: Metrics
  /** A client for an election in this thread, to the config's server if one is given. */
  connect(config: KubeConfig | undefined, userAgent: string): Client
}

/** The election as the options ask for it. Throws if they contradict each other. */
export function openElection(
  options: LeaderElectionOptions,
  environment: ElectionEnvironment,
): Election {
  const { name, labels, lock, blockedLimitMs = 60_000, releaseOnStop = true } = options
  const { clock, random, metrics } = environment
  const config = options.config ?? environment.config
  const timing = electionTiming(options)
  if (!(blockedLimitMs > timing.renewDeadlineMs)) {
    throw new RangeError('blockedLimit must be greater than renewDeadline')
  }
  const namespace = options.namespace ?? config?.namespace
  if (namespace === undefined && lock === undefined) {
    throw new Error('the config names no namespace for the Lease: set leaderElection.namespace')
  }
  const common = {
    identity: options.identity ?? `${hostname()}_${randomUUID()}`,
    releaseOnStop,
    logger: withFields(environment.logger, { lease: leaseName(namespace, name) }),
    meter: electionMeter(metrics, name),
  }
  const userAgent = `${environment.userAgent}/leader-election`
  const mayUseThread = config !== undefined && lock === undefined && clock === systemClock
  if (options.thread === true && !mayUseThread) {
    throw new Error(
      'leaderElection.thread needs a config, and neither a lock nor a clock of your own: functions cannot be passed to a thread',
    )
  }
  if (mayUseThread && namespace !== undefined && options.thread !== false) {
    const place = { config, userAgent, name, namespace, labels }
    return new ThreadElection({ ...common, ...place, timing, blockedLimitMs })
  }
  const record = () =>
    new LeaseLock({
      client: environment.connect(options.config, userAgent),
      name,
      namespace: namespace ?? '',
      labels,
    })
  return new LeaderElector({ ...common, ...timing, lock: lock ?? record(), clock, random })
}

function leaseName(namespace: string | undefined, name: string): string {
  return namespace === undefined ? name : `${namespace}/${name}`
}
