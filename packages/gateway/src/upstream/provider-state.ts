import type { Clock } from '@fairlead/base'
import type { FailureClass } from '@fairlead/llm'
import type { HealthSettings } from '@fairlead/snapshot'
import { MeasuredModels } from './model-measurements.ts'
import { RemainingQuota } from './remaining-quota.ts'

/** What recent calls to a provider have shown; Unknown before the first one. */
export type ProviderHealth = (typeof providerHealths)[number]

export const providerHealths = [
  'Healthy',
  'Unreachable',
  'Unauthorized',
  'RateLimited',
  'Unknown',
] as const

/**
 * What recent calls to one provider have shown, and until when it is passed over. Survives a change
 * of configuration.
 *
 * A provider that fails too often in a row is ejected. When its time is over, one call at a time
 * tries it: a success brings it back, a failure ejects it for twice as long. One that asks for a
 * pause is passed over for as long as it says. With a probe, the probe tries it instead of a call, at
 * its own interval.
 */
export class ProviderState {
  health: ProviderHealth = 'Unknown'
  message = 'No call has been made yet.'
  /** Attempts in flight, until the end of their answers. */
  inFlight = 0
  /** Monotonic milliseconds until which it is passed over; 0 if it is not. */
  availableAtMs = 0
  /** How often it has been ejected since its last success. */
  ejections = 0
  readonly models = new MeasuredModels()
  /** Of calls that are made without a key. */
  readonly quota = new RemainingQuota()
  readonly #clock: Clock
  readonly #changed: () => void
  readonly #ejected: (failure: FailureClass) => void
  #settings: HealthSettings
  #failures = 0
  #firstFailureMs = 0
  /** When the call began whose outcome decides about an ejected provider. */
  #trialMs: number | undefined
  #succeededMs = -Infinity
  /** When it last asked for a pause, and until when. */
  #pauseAskedMs = -Infinity
  #pauseUntilMs = 0

  /** `ejected` is told of every ejection, with the class of the failure that was one too many. */
  constructor(
    clock: Clock,
    settings: HealthSettings,
    changed: () => void,
    ejected: (failure: FailureClass) => void = () => {},
  ) {
    this.#clock = clock
    this.#settings = settings
    this.#changed = changed
    this.#ejected = ejected
  }

  /** What was ejected until its probe succeeds is tried by calls if there is no probe any more. */
  configure(settings: HealthSettings): void {
    this.#settings = settings
    if (settings.probe === undefined && this.availableAtMs === Infinity) {
      this.availableAtMs = this.#clock.monotonicMs() + settings.ejectForMs
    }
  }

  get maxEjectedPercent(): number {
    return this.#settings.maxEjectedPercent
  }

  /**
   * An attempt that begins at `startedMs` is about to try the provider. If it has been ejected and its
   * time is over, others pass it over until the outcome is known, but not for longer than an ejection.
   */
  claim(startedMs: number): void {
    const isTime = startedMs >= this.availableAtMs || this.#settings.probe !== undefined
    if (this.ejections === 0 || !isTime) return
    if (this.#settings.probe === undefined) {
      this.availableAtMs = startedMs + this.#settings.ejectForMs
    }
    this.#trialMs = startedMs
  }

  /**
   * The answer of an attempt that began at `startedMs` has begun: it is passed over no more, except
   * for a pause that it has asked for since then. Whether it also ends its answers remains to be seen,
   * so failures in a row count on.
   */
  began(startedMs: number): void {
    const rests = startedMs < this.#pauseAskedMs
    if (this.availableAtMs > 0) {
      this.#failures = 0
      this.#trialMs = undefined
      this.ejections = 0
      if (!rests) this.#pauseUntilMs = 0
      this.availableAtMs = this.#pauseUntilMs
    }
    this.#succeededMs = this.#clock.monotonicMs()
    if (rests && this.#succeededMs < this.#pauseUntilMs) return
    this.#note('Healthy', 'The latest call was answered.')
  }

  /** It answered, to the end: the latest call shows that it works. Cheap when nothing changes. */
  succeeded(startedMs: number): void {
    this.began(startedMs)
    this.#failures = 0
  }

  /**
   * An answer that had begun came to its end, which ends a row of failures, but not an ejection: a
   * provider that takes no new calls may still finish its old ones.
   */
  completed(): void {
    if (this.ejections === 0) this.#failures = 0
  }

  /** Whether it has answered in the last `milliseconds`. */
  succeededWithin(milliseconds: number): boolean {
    return this.#clock.monotonicMs() - this.#succeededMs < milliseconds
  }

  /**
   * An attempt that began at `startedMs` failed. Of an ejected provider only the call that tries it
   * counts: what was under way before says nothing new.
   */
  failed(failure: FailureClass, reason: string, startedMs: number): void {
    if (this.ejections > 0) {
      if (this.#trialMs !== undefined && startedMs >= this.#trialMs) this.#eject(failure, reason)
      return
    }
    const nowMs = this.#clock.monotonicMs()
    if (this.#failures === 0 || nowMs - this.#firstFailureMs > this.#settings.windowMs) {
      this.#failures = 0
      this.#firstFailureMs = nowMs
    }
    this.#failures += 1
    if (this.#failures >= this.#settings.failures) this.#eject(failure, reason)
    // One failure of many calls is no news; a provider that has never answered is.
    else if (this.health !== 'Healthy')
      this.#note('Unreachable', `The latest call failed: ${sentence(reason)}`)
  }

  /** It asks for a pause of this length. Longer than an ejection may be, it is not believed. */
  coolDown(milliseconds: number, reason: string): void {
    const pauseMs = Math.min(milliseconds, this.#settings.maxEjectForMs)
    this.#pauseAskedMs = this.#clock.monotonicMs()
    this.#pauseUntilMs = Math.max(this.#pauseUntilMs, this.#pauseAskedMs + pauseMs)
    this.availableAtMs = Math.max(this.availableAtMs, this.#pauseUntilMs)
    this.#note('RateLimited', `It asks for a pause: ${sentence(reason)}`)
  }

  /** None of its keys can be used: each was refused, has expired or has no credit left. */
  keysUnusable(): void {
    this.#note(
      'Unauthorized',
      'None of its keys is usable; status.credentials says why. A key that is Refused or Expired needs a new value in its Secret, one that is Exhausted needs credit at the provider.',
    )
  }

  /** It limits the rate of all its keys. */
  keysLimited(): void {
    this.#note('RateLimited', 'It limits all of its keys; status.credentials says until when.')
  }

  /**
   * It has other keys now, so what is known of the former ones does not hold. Whoever changes them
   * reports it.
   */
  keysChanged(): void {
    const isLimited = this.health === 'RateLimited' && this.availableAtMs === 0
    if (this.health !== 'Unauthorized' && !isLimited) return
    this.health = 'Unknown'
    this.message = 'No call has been made yet with its present keys.'
  }

  #eject(failure: FailureClass, reason: string): void {
    const nowMs = this.#clock.monotonicMs()
    const { ejectForMs, maxEjectForMs } = this.#settings
    const forMs = Math.min(ejectForMs * 2 ** this.ejections, maxEjectForMs)
    this.ejections += 1
    this.#ejected(failure)
    this.#failures = 0
    this.#trialMs = undefined
    this.availableAtMs = this.#settings.probe === undefined ? nowMs + forMs : Infinity
    this.#note('Unreachable', `It is passed over after failures in a row: ${sentence(reason)}`)
  }

  /**
   * The same state for another reason updates the message without a report; a flapping provider
   * would otherwise report on every call.
   */
  #note(health: ProviderHealth, message: string): void {
    this.message = message
    if (this.health === health) return
    this.health = health
    this.#changed()
  }
}

function sentence(reason: string): string {
  return reason.endsWith('.') ? reason : `${reason}.`
}
