import type { HealthState } from '../report.ts'

/** What the latest calls to one provider have shown. Outlives a configuration. */
export class HealthCell {
  state: HealthState = 'Unknown'
  message = 'No call has been made yet.'
  readonly #changed: () => void

  constructor(changed: () => void) {
    this.#changed = changed
  }

  /** Cheap when nothing is new: called for every answer. */
  note(state: HealthState, message: string): void {
    if (this.state === state) return
    this.state = state
    this.message = message
    this.#changed()
  }
}
