import type { Clock } from '@fairlead/base'

import type { RequestsInFlight } from './http/in-flight.ts'
import { MetricsHandler } from './http/metrics-handler.ts'
import { readMetric } from './metrics/gauge.ts'
import { processMetrics } from './metrics/process-metrics.ts'
import type { RequestMetrics } from './metrics/request-metrics.ts'
import type { Registry } from './resources/registry.ts'
import type { JournaledStorage } from './storage/journaled-storage.ts'

interface Measured {
  readonly requests: RequestMetrics
  readonly inFlight: RequestsInFlight
  readonly registry: Registry
  readonly storage: JournaledStorage
  readonly clock: Clock
}

/** What `/metrics` shows, under the names of kube-apiserver where it has them. */
export function metricsOfServer(measured: Measured): MetricsHandler {
  const { requests, inFlight, registry, storage, clock } = measured
  return new MetricsHandler([
    requests,
    readMetric(
      {
        name: 'apiserver_current_inflight_requests',
        help: '[STABLE] Maximal number of currently used inflight request limit of this apiserver per request kind in last second.',
      },
      'gauge',
      () => [
        { labels: { request_kind: 'mutating' }, value: inFlight.mutating },
        { labels: { request_kind: 'readOnly' }, value: inFlight.readOnly },
      ],
    ),
    readMetric(
      {
        name: 'apiserver_storage_objects',
        help: '[STABLE] Number of stored objects at the time of last check split by kind. In case of a fetching error, the value will be -1.',
      },
      'gauge',
      () =>
        registry.stored().map(({ storageResource }) => ({
          labels: { resource: storageResource },
          value: storage.count(storageResource),
        })),
    ),
    readMetric(
      {
        name: 'apiserver_storage_size_bytes',
        help: '[STABLE] Size of the storage database file physically allocated in bytes.',
      },
      'gauge',
      () => [{ labels: { storage_cluster_id: 'fairlead' }, value: storage.bytesOnDisk }],
    ),
    readMetric(
      {
        name: 'fairlead_apiserver_watch_history_bytes',
        help: 'Bytes, as JSON, of the past changes that are kept for watches that reconnect.',
      },
      'gauge',
      () => [{ labels: {}, value: storage.historyBytes }],
    ),
    ...processMetrics(() => clock.now()),
  ])
}
