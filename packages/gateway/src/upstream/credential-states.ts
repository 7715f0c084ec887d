import { hash } from 'node:crypto'
import type { Clock } from '@fairlead/base'
import { CredentialState } from './credential-state.ts'

/** Old keys of a provider whose state is kept, in case one comes back. */
const keysMax = 64

/** The states of all keys, which outlive configurations. Holds digests, never a key. */
export class CredentialStates {
  readonly #clock: Clock
  readonly #changed: () => void
  readonly #byProvider = new Map<string, Map<string, CredentialState>>()

  constructor(clock: Clock, changed: () => void) {
    this.#clock = clock
    this.#changed = changed
  }

  /** The state of a key of the provider `namespace/name`. */
  of(provider: string, key: string): CredentialState {
    const states = this.#byProvider.get(provider) ?? new Map<string, CredentialState>()
    this.#byProvider.set(provider, states)
    const digest = hash('sha256', key)
    const state = states.get(digest) ?? new CredentialState(this.#clock, this.#changed)
    states.delete(digest)
    states.set(digest, state)
    const [oldest] = states.keys()
    if (states.size > keysMax && oldest !== undefined) states.delete(oldest)
    return state
  }

  /** Forgets the keys of providers that are no more. */
  retain(isProvider: (provider: string) => boolean): void {
    for (const provider of this.#byProvider.keys()) {
      if (!isProvider(provider)) this.#byProvider.delete(provider)
    }
  }
}
