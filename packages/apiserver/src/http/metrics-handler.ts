import type { ApiRequest } from '../exchange/api-request.ts'
import { pageNotFound, type ApiResponse } from '../exchange/api-response.ts'
import type { Metric } from '../metrics/exposition.ts'

/** Prometheus' text format, as Go's client names it. */
const contentType = 'text/plain; version=0.0.4; charset=utf-8; escaping=values'

/** Answers `/metrics`. */
export class MetricsHandler {
  readonly #metrics: readonly Metric[]

  constructor(metrics: readonly Metric[]) {
    this.#metrics = metrics
  }

  handle({ method, path }: ApiRequest): ApiResponse | undefined {
    if (path !== '/metrics') return undefined
    if (method !== 'GET' && method !== 'HEAD') return pageNotFound()
    const body = this.#metrics.map((metric) => metric.expose()).join('')
    return { status: 200, headers: { 'content-type': contentType }, body }
  }
}
