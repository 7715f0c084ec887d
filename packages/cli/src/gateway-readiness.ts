import type { Gateway } from '@fairlead/gateway'

/** Whether a gateway may receive traffic: it listens, has a configuration and is not stopping. */
export class GatewayReadiness {
  readonly #signal: AbortSignal
  #gateway: Gateway | undefined

  constructor(signal: AbortSignal) {
    this.#signal = signal
  }

  listening(gateway: Gateway): void {
    this.#gateway = gateway
  }

  /** A health check: throws while it is not ready. */
  check(): void {
    if (this.#gateway === undefined) throw new Error('the gateway is not listening yet')
    if (this.#gateway.report().configHash === '') throw new Error('no configuration is available')
    if (this.#signal.aborted) throw new Error('the gateway is stopping')
  }
}
