/** What recent calls to a provider have shown; Unknown before the first one. */
export type ProviderHealth = 'Healthy' | 'Unreachable' | 'Unauthorized' | 'RateLimited' | 'Unknown'

/** Weight of the newest measurement in the moving average of the latency. */
const latencyDecay = 0.2

/** What recent calls to one provider have shown. Survives a change of configuration. */
export class ProviderState {
  health: ProviderHealth = 'Unknown'
  message = 'No call has been made yet.'
  /** Attempts in flight. */
  inFlight = 0
  /**
   * Moving average of the milliseconds until an answer can be passed on: a stream's first event, a
   * whole answer's end. Undefined before the first.
   */
  latencyMs: number | undefined
  readonly #changed: () => void

  constructor(changed: () => void) {
    this.#changed = changed
  }

  /**
   * Cheap when nothing changes: called for every answer. The same state for another reason updates
   * the message without triggering a report; a flapping provider would otherwise report on every
   * call.
   */
  note(health: ProviderHealth, message: string): void {
    this.message = message
    if (this.health === health) return
    this.health = health
    this.#changed()
  }

  noteLatency(milliseconds: number): void {
    const average = this.latencyMs ?? milliseconds
    this.latencyMs = average + (milliseconds - average) * latencyDecay
  }
}
