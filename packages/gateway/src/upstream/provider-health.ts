import type { HealthState } from '../report.ts'

/** What the latest calls to one provider have shown. Outlives a configuration. */
export class HealthCell {
  state: HealthState = 'Unknown'
  message = 'No call has been made yet.'
  readonly #changed: () => void

  constructor(changed: () => void) {
    this.#changed = changed
  }

  /**
   * Cheap when nothing is new: called for every answer. The same state for another reason is told
   * with the next report and does not cause one: a provider may fail in turns, call by call.
   */
  note(state: HealthState, message: string): void {
    this.message = message
    if (this.state === state) return
    this.state = state
    this.#changed()
  }
}
