import type { HandshakeOutcome } from '@fairlead/http1'
import { Gauge, type Registry } from 'prom-client'
import { Counter } from './counter.ts'

/** The meters of callers' connections over TLS. */
export class ListenerMetrics {
  readonly #handshakes: Counter<'outcome'>

  /** `certificateEndsMs`: Unix milliseconds; undefined while no certificate is shown. */
  constructor(registry: Registry, certificateEndsMs: () => number | undefined) {
    this.#handshakes = new Counter(registry, {
      name: 'fairlead_gateway_tls_handshakes_total',
      help: 'TLS handshakes of callers by outcome: Completed, Resumed, CertificateRefused, Failed, TimedOut, Refused, PlainText.',
      labelNames: ['outcome'],
    })
    registry.registerMetric(
      new Gauge({
        name: 'fairlead_gateway_certificate_expiry_timestamp_seconds',
        help: 'When the certificate that callers are shown ends, as Unix seconds.',
        aggregator: 'min',
        registers: [],
        collect() {
          const endsMs = certificateEndsMs()
          // Without a certificate there is no series.
          if (endsMs === undefined) this.remove()
          else this.set(endsMs / 1000)
        },
      }),
    )
  }

  countHandshake(outcome: HandshakeOutcome): void {
    this.#handshakes.labels({ outcome }).inc()
  }
}
