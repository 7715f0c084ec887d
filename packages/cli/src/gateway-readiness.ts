/** The part of the data plane that readiness depends on. */
interface ServingGateway {
  /** The hash of the configuration in force; empty if there is none. */
  configHash(): string
  /** Why no caller is served; undefined while they are. */
  notServed(): string | undefined
}

/** Whether a gateway may receive traffic: it listens, has a configuration, serves connections and is not stopping. */
export class GatewayReadiness {
  readonly #signal: AbortSignal
  #gateway: ServingGateway | undefined

  constructor(signal: AbortSignal) {
    this.#signal = signal
  }

  listening(gateway: ServingGateway): void {
    this.#gateway = gateway
  }

  /** A health check: throws while it is not ready. */
  check(): void {
    if (this.#gateway === undefined) throw new Error('the gateway is not listening yet')
    if (this.#gateway.configHash() === '') throw new Error('no configuration is available')
    const notServed = this.#gateway.notServed()
    if (notServed !== undefined) throw new Error(notServed)
    if (this.#signal.aborted) throw new Error('the gateway is stopping')
  }
}
