import { Counter, Gauge, Histogram, type Registry } from 'prom-client'

/** What is counted of webhooks, under the names of Go's controller-runtime. */
export interface WebhookMetrics {
  readonly panics: Counter
  readonly conversionPanics: Counter
  /** When the certificates that we made end, in seconds of the epoch. */
  readonly certificateExpiration: Gauge<'certificate'>
  readonly certificateErrors: Counter
  /** Shows the webhook before it is first called. */
  initialize(webhook: string): void
  /** Times and counts a call. */
  observe<T extends { readonly code: number }>(webhook: string, call: () => Promise<T>): Promise<T>
}

const latencyBuckets = [1e-8, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 0.01, 0.1, 1, 10, 100, 1000]

/** Registers the metrics of webhooks. */
export function webhookMetrics(registry: Registry): WebhookMetrics {
  const registers = [registry]
  const latency = new Histogram({
    name: 'controller_runtime_webhook_latency_seconds',
    help: 'Histogram of the latency of processing admission requests',
    labelNames: ['webhook'],
    buckets: latencyBuckets,
    registers,
  })
  const requests = new Counter({
    name: 'controller_runtime_webhook_requests_total',
    help: 'Total number of admission requests by HTTP status code.',
    labelNames: ['webhook', 'code'],
    registers,
  })
  const inFlight = new Gauge({
    name: 'controller_runtime_webhook_requests_in_flight',
    help: 'Current number of admission requests being served.',
    labelNames: ['webhook'],
    registers,
  })
  const counter = (name: string, help: string) => new Counter({ name, help, registers })
  return {
    panics: counter('controller_runtime_webhook_panics_total', 'Total number of webhook panics'),
    conversionPanics: counter(
      'controller_runtime_conversion_webhook_panics_total',
      'Total number of conversion webhook panics',
    ),
    certificateExpiration: new Gauge({
      name: 'controller_runtime_webhook_certificate_expiration_timestamp_seconds',
      help: 'When the certificate of the webhook server, or its authority, ends.',
      labelNames: ['certificate'],
      registers,
    }),
    certificateErrors: counter(
      'controller_runtime_webhook_certificate_errors_total',
      'How often certificates could not be read, renewed or injected.',
    ),
    initialize(webhook) {
      for (const code of ['200', '500']) requests.inc({ webhook, code }, 0)
    },
    async observe(webhook, call) {
      inFlight.inc({ webhook })
      const end = latency.startTimer({ webhook })
      try {
        const result = await call()
        requests.inc({ webhook, code: result.code })
        return result
      } finally {
        end()
        inFlight.dec({ webhook })
      }
    },
  }
}
