import { Counter, Gauge, Histogram, Registry } from 'prom-client'

import { SeriesHistogram } from './series-histogram.ts'
import { webhookMetrics, type WebhookMetrics } from './webhook-metrics.ts'

/**
 * The runtime's metrics in one prom-client registry, under the names and labels of Go's
 * controller-runtime, so that existing dashboards and alerts keep working. Make one per registry
 * and share it between the client and the manager.
 */
export interface Metrics {
  readonly registry: Registry
  readonly restClient: RestClientMetrics
  readonly workQueue: WorkQueueMetrics
  readonly controller: ControllerMetrics
  readonly leaderElection: LeaderElectionMetrics
  readonly eventLoop: EventLoopMetrics
  readonly informer: InformerMetrics
  readonly webhook: WebhookMetrics
  readonly certificates: CertificateMetrics
  /** Called before each scrape, for values that are only computed on demand. */
  onCollectWorkQueue(observe: () => void): void
  /** The same for controllers. */
  onCollectController(observe: () => void): void
  /** The same for informers; returns what stops it. */
  onCollectInformers(observe: () => void): () => void
}

interface RestClientMetrics {
  readonly requests: Counter<'code' | 'method' | 'host'>
  readonly duration: Histogram<'verb' | 'host'>
  readonly requestSize: Histogram<'verb' | 'host'>
  readonly responseSize: Histogram<'verb' | 'host'>
  readonly retries: Counter<'code' | 'verb' | 'host'>
  readonly rateLimiter: Histogram<'verb' | 'host'>
}

interface WorkQueueMetrics {
  readonly depth: Gauge<'name' | 'controller' | 'priority'>
  readonly adds: Counter<'name' | 'controller'>
  readonly queueDuration: SeriesHistogram
  readonly workDuration: SeriesHistogram
  readonly unfinishedWork: Gauge<'name' | 'controller'>
  readonly longestRunning: Gauge<'name' | 'controller'>
  readonly retries: Counter<'name' | 'controller'>
}

interface ControllerMetrics {
  readonly reconciles: Counter<'controller' | 'result'>
  readonly errors: Counter<'controller'>
  readonly terminalErrors: Counter<'controller'>
  readonly panics: Counter<'controller'>
  readonly timeouts: Counter<'controller'>
  readonly duration: SeriesHistogram
  readonly maxConcurrent: Gauge<'controller'>
  readonly activeWorkers: Gauge<'controller'>
  readonly abandoned: Gauge<'controller'>
}

interface InformerMetrics {
  readonly lists: Counter<'name'>
  readonly listDuration: Histogram<'name'>
  readonly watches: Counter<'name'>
  readonly shortWatches: Counter<'name'>
  readonly synced: Gauge<'name'>
  readonly failing: Gauge<'name'>
  readonly silence: Gauge<'name'>
}

interface LeaderElectionMetrics {
  readonly masterStatus: Gauge<'name'>
  readonly slowPath: Counter<'name'>
}

interface CertificateMetrics {
  readonly reads: Counter
  readonly readErrors: Counter
}

interface EventLoopMetrics {
  readonly lag: Histogram
}

const reconcileBuckets = [
  0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.6, 0.7, 0.8, 0.9, 1,
  1.25, 1.5, 1.75, 2, 2.5, 3, 3.5, 4, 4.5, 5, 6, 7, 8, 9, 10, 15, 20, 25, 30, 40, 50, 60,
]
const queueBuckets = [1e-8, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 0.01, 0.1, 1, 10, 100, 1000]
const lagBuckets = [0.001, 0.005, 0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60]
const restLatencyBuckets = [0.005, 0.025, 0.1, 0.25, 0.5, 1, 2, 4, 8, 15, 30, 60]
const restSizeBuckets = [64, 256, 512, 1024, 4096, 16384, 65536, 262144, 1048576, 4194304, 16777216]

/** Registers the runtime's metrics (in a new registry by default). */
export function createMetrics(registry: Registry = new Registry()): Metrics {
  const queues = new Set<() => void>()
  const controllers = new Set<() => void>()
  const informers = new Set<() => void>()
  return {
    registry,
    restClient: restClientMetrics(registry),
    workQueue: workQueueMetrics(registry, queues),
    controller: controllerMetrics(registry, controllers),
    leaderElection: leaderElectionMetrics(registry),
    eventLoop: eventLoopMetrics(registry),
    informer: informerMetrics(registry, informers),
    webhook: webhookMetrics(registry),
    certificates: certificateMetrics(registry),
    onCollectWorkQueue: (observe) => void queues.add(observe),
    onCollectController: (observe) => void controllers.add(observe),
    onCollectInformers: (observe) => {
      informers.add(observe)
      return () => void informers.delete(observe)
    },
  }
}

function restClientMetrics(registry: Registry): RestClientMetrics {
  const registers = [registry]
  return {
    requests: new Counter({
      name: 'rest_client_requests_total',
      help: 'Number of HTTP requests, partitioned by status code, method, and host.',
      labelNames: ['code', 'method', 'host'],
      registers,
    }),
    duration: new Histogram({
      name: 'rest_client_request_duration_seconds',
      help: 'Request latency in seconds. Broken down by verb, and host.',
      labelNames: ['verb', 'host'],
      buckets: restLatencyBuckets,
      registers,
    }),
    requestSize: new Histogram({
      name: 'rest_client_request_size_bytes',
      help: 'Request size in bytes. Broken down by verb and host.',
      labelNames: ['verb', 'host'],
      buckets: restSizeBuckets,
      registers,
    }),
    responseSize: new Histogram({
      name: 'rest_client_response_size_bytes',
      help: 'Response size in bytes. Broken down by verb and host.',
      labelNames: ['verb', 'host'],
      buckets: restSizeBuckets,
      registers,
    }),
    retries: new Counter({
      name: 'rest_client_request_retries_total',
      help: 'Number of request retries, partitioned by status code, verb, and host.',
      labelNames: ['code', 'verb', 'host'],
      registers,
    }),
    rateLimiter: new Histogram({
      name: 'rest_client_rate_limiter_duration_seconds',
      help: 'Client side rate limiter latency in seconds. Broken down by verb, and host.',
      labelNames: ['verb', 'host'],
      buckets: restLatencyBuckets,
      registers,
    }),
  }
}

/** Each metric collects on its own, as it may be read without the others. */
function calling(observers: Set<() => void>): () => void {
  return () => {
    for (const observe of observers) observe()
  }
}

function workQueueMetrics(registry: Registry, observers: Set<() => void>): WorkQueueMetrics {
  const registers = [registry]
  const collect = calling(observers)
  const labelNames = ['name', 'controller'] as const
  return {
    depth: new Gauge({
      name: 'workqueue_depth',
      help: 'Current depth of workqueue by workqueue and priority',
      labelNames: ['name', 'controller', 'priority'],
      registers,
      collect,
    }),
    adds: new Counter({
      name: 'workqueue_adds_total',
      help: 'Total number of adds handled by workqueue',
      labelNames,
      registers,
      collect,
    }),
    queueDuration: new SeriesHistogram({
      name: 'workqueue_queue_duration_seconds',
      help: 'How long in seconds an item stays in workqueue before being requested',
      buckets: queueBuckets,
      registers,
    }),
    workDuration: new SeriesHistogram({
      name: 'workqueue_work_duration_seconds',
      help: 'How long in seconds processing an item from workqueue takes.',
      buckets: queueBuckets,
      registers,
    }),
    unfinishedWork: new Gauge({
      name: 'workqueue_unfinished_work_seconds',
      help: 'Seconds of work in progress that work_duration has not observed yet; growth means a stuck worker.',
      labelNames,
      registers,
      collect,
    }),
    longestRunning: new Gauge({
      name: 'workqueue_longest_running_processor_seconds',
      help: 'How many seconds has the longest running processor for workqueue been running.',
      labelNames,
      registers,
      collect,
    }),
    retries: new Counter({
      name: 'workqueue_retries_total',
      help: 'Total number of retries handled by workqueue',
      labelNames,
      registers,
      collect,
    }),
  }
}

function controllerMetrics(registry: Registry, observers: Set<() => void>): ControllerMetrics {
  const registers = [registry]
  const collect = calling(observers)
  const labelNames = ['controller'] as const
  const counter = (name: string, help: string) => new Counter({ name, help, labelNames, registers })
  return {
    reconciles: new Counter({
      name: 'controller_runtime_reconcile_total',
      help: 'Total number of reconciliations per controller',
      labelNames: ['controller', 'result'],
      registers,
      collect,
    }),
    errors: counter(
      'controller_runtime_reconcile_errors_total',
      'Total number of reconciliation errors per controller',
    ),
    terminalErrors: counter(
      'controller_runtime_terminal_reconcile_errors_total',
      'Total number of terminal reconciliation errors per controller',
    ),
    panics: counter(
      'controller_runtime_reconcile_panics_total',
      'Total number of reconciliation panics per controller',
    ),
    timeouts: counter(
      'controller_runtime_reconcile_timeouts_total',
      'Total number of reconciliation timeouts per controller',
    ),
    duration: new SeriesHistogram({
      name: 'controller_runtime_reconcile_time_seconds',
      help: 'Length of time per reconciliation per controller',
      buckets: reconcileBuckets,
      registers,
    }),
    maxConcurrent: new Gauge({
      name: 'controller_runtime_max_concurrent_reconciles',
      help: 'Maximum number of concurrent reconciles per controller',
      labelNames,
      registers,
    }),
    activeWorkers: new Gauge({
      name: 'controller_runtime_active_workers',
      help: 'Number of currently used workers per controller',
      labelNames,
      registers,
      collect,
    }),
    abandoned: new Gauge({
      name: 'controller_runtime_abandoned_reconciles',
      help: 'Number of reconciliations that go on after their timeout, per controller',
      labelNames,
      registers,
    }),
  }
}

/** The first four under client-go's names. */
function informerMetrics(registry: Registry, observers: Set<() => void>): InformerMetrics {
  const registers = [registry]
  const labelNames = ['name'] as const
  const counter = (name: string, help: string) => new Counter({ name, help, labelNames, registers })
  const gauge = (name: string, help: string, collect = () => {}) =>
    new Gauge({ name, help, labelNames, registers, collect })
  return {
    lists: counter('reflector_lists_total', 'Total number of API lists done by the reflectors'),
    listDuration: new Histogram({
      name: 'reflector_list_duration_seconds',
      help: 'How long an API list takes to return for the reflectors',
      labelNames,
      buckets: restLatencyBuckets,
      registers,
    }),
    watches: counter(
      'reflector_watches_total',
      'Total number of API watches done by the reflectors',
    ),
    shortWatches: counter(
      'reflector_short_watches_total',
      'Total number of short API watches done by the reflectors',
    ),
    synced: gauge(
      'informer_synced',
      'Whether the first complete list has arrived, by resource: 1 if it has.',
      calling(observers),
    ),
    failing: gauge(
      'informer_failing_seconds',
      'How long no watch of the resource has worked; 0 while one works.',
    ),
    silence: gauge(
      'informer_silence_seconds',
      'How long ago the server last sent anything about the resource, bookmarks included.',
    ),
  }
}

function leaderElectionMetrics(registry: Registry): LeaderElectionMetrics {
  const registers = [registry]
  return {
    masterStatus: new Gauge({
      name: 'leader_election_master_status',
      help: 'Whether this process leads the lease: 1 if it does, 0 if it waits.',
      labelNames: ['name'],
      registers,
    }),
    slowPath: new Counter({
      name: 'leader_election_slowpath_total',
      help: 'Total number of slow path exercised in renewing leader leases.',
      labelNames: ['name'],
      registers,
    }),
  }
}

function certificateMetrics(registry: Registry): CertificateMetrics {
  const registers = [registry]
  return {
    reads: new Counter({
      name: 'certwatcher_read_certificate_total',
      help: 'Total number of certificate reads',
      registers,
    }),
    readErrors: new Counter({
      name: 'certwatcher_read_certificate_errors_total',
      help: 'Total number of certificate read errors',
      registers,
    }),
  }
}

function eventLoopMetrics(registry: Registry): EventLoopMetrics {
  return {
    lag: new Histogram({
      name: 'controller_runtime_event_loop_lag_seconds',
      help: 'By how much the event loop was late, measured every second; a high value means that something computes without a pause.',
      buckets: lagBuckets,
      registers: [registry],
    }),
  }
}
