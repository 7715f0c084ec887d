/** What calls to a provider have shown lately; Unknown until the first one. */
export type HealthState = 'Healthy' | 'Unreachable' | 'Unauthorized' | 'RateLimited' | 'Unknown'

/** Weight of the newest measurement in the moving average of the latency. */
const latencyDecay = 0.2

/** What the latest calls to one provider have shown. Outlives a configuration. */
export class ProviderState {
  health: HealthState = 'Unknown'
  message = 'No call has been made yet.'
  /** Attempts that run now. */
  inFlight = 0
  /** Moving average of the milliseconds to the start of an answer; undefined before the first. */
  latencyMs: number | undefined
  readonly #changed: () => void

  constructor(changed: () => void) {
    this.#changed = changed
  }

  /**
   * Cheap when nothing is new: called for every answer. The same state for another reason updates the
   * message without triggering a report; a flapping provider would otherwise report on every call.
   */
  note(health: HealthState, message: string): void {
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
