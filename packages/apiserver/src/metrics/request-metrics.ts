import { Distribution } from './distribution.ts'
import { metricText, type Metric, type Sample } from './exposition.ts'
import { LabelledSeries } from './labelled-series.ts'

/**
 * What a request is counted under. Every label must have few values, whatever clients send: a
 * resource is one that is served, or empty.
 */
export interface RequestLabels extends Readonly<Record<string, string>> {
  /** As canonical in Kubernetes' metrics: `GET`, `LIST`, `WATCH`, `POST`, `APPLY`, … */
  readonly verb: string
  readonly dry_run: string
  readonly group: string
  readonly version: string
  readonly resource: string
  readonly subresource: string
  /** `cluster`, `namespace` or `resource`; empty for what is no resource. */
  readonly scope: string
  readonly component: 'apiserver'
}

/** Labels of what is counted under nothing in particular. */
export const otherRequest: RequestLabels = {
  verb: 'other',
  dry_run: '',
  group: '',
  version: '',
  resource: '',
  subresource: '',
  scope: '',
  component: 'apiserver',
}

/** In seconds; those of Kubernetes, whose dashboards expect them. */
const durationBounds = [
  0.005, 0.025, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1, 1.25, 1.5, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 45,
  60,
]

class RequestSeries {
  readonly durations = new Distribution(durationBounds)
  readonly byCode = new Map<number, number>()
  running = 0
}

/** Counts and times requests, under the names and labels of Kubernetes (metrics.go of apiserver). */
export class RequestMetrics implements Metric {
  readonly #requests = new LabelledSeries(otherRequest, () => new RequestSeries())

  /** A request has been answered. */
  answered(labels: RequestLabels, code: number, seconds: number): void {
    const { byCode, durations } = this.#requests.of(labels)
    byCode.set(code, (byCode.get(code) ?? 0) + 1)
    durations.observe(seconds)
  }

  /** A request that runs long, such as a watch, has begun; returns what ends it. */
  runs(labels: RequestLabels): () => void {
    const series = this.#requests.of(labels)
    series.running += 1
    return () => (series.running -= 1)
  }

  expose(): string {
    const totals: Sample[] = []
    const durations: Sample[] = []
    const running: Sample[] = []
    for (const { labels, series } of this.#requests) {
      for (const [code, value] of series.byCode) {
        totals.push({ labels: { ...labels, code: String(code) }, value })
      }
      if (series.byCode.size > 0) durations.push(...series.durations.samples({ ...labels }))
      if (labels.verb === 'WATCH' || labels.verb === 'CONNECT') {
        const { dry_run: _, ...others } = labels
        running.push({ labels: others, value: series.running })
      }
    }
    return (
      metricText(
        {
          name: 'apiserver_longrunning_requests',
          help: '[STABLE] Gauge of all active long-running apiserver requests broken out by verb, group, version, resource, scope and component. Not all requests are tracked this way.',
        },
        'gauge',
        running,
      ) +
      metricText(
        {
          name: 'apiserver_request_duration_seconds',
          help: '[STABLE] Response latency distribution in seconds for each verb, dry run value, group, version, resource, subresource, scope and component.',
        },
        'histogram',
        durations,
      ) +
      metricText(
        {
          name: 'apiserver_request_total',
          help: '[STABLE] Counter of apiserver requests broken out for each verb, dry run value, group, version, resource, scope, component, and HTTP response code.',
        },
        'counter',
        totals,
      )
    )
  }
}
