import { gatewayError } from '../gateway-error.ts'
import type { GatewayMetrics } from '../metrics/gateway-metrics.ts'

/** Lets in as many calls at once as the configuration allows; the others are told to come back. */
export class Admission {
  readonly #metrics: GatewayMetrics

  constructor(metrics: GatewayMetrics) {
    this.#metrics = metrics
  }

  /** Throws `too_many_concurrent_requests`. */
  enter(callsMax: number): void {
    if (this.#metrics.inFlight >= callsMax) throw gatewayError.tooManyCalls()
    this.#metrics.inFlight += 1
  }

  leave(): void {
    this.#metrics.inFlight -= 1
  }
}
