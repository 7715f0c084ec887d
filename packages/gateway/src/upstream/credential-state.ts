import type { Clock } from '@fairlead/base'
import { RemainingQuota } from './remaining-quota.ts'

/**
 * Whether a provider accepts a key. `Refused`: it said no. `Expired`: it said that the key's time is
 * up. `Exhausted`: the account has no credit left, or the key is limited for now.
 */
export type CredentialStatus = 'Usable' | 'Refused' | 'Exhausted' | 'Expired'

/** How long a key is skipped after its first refusal; each that follows doubles it. */
const firstSkipMs = 10_000
const skipMsMax = 300_000
/** How long after a key's first refusal calls wait for its Secret to change, as in a rotation. */
const rotationGraceMs = 1_500
/** While a call tries a key again, others skip it for no longer than this. */
const trialMs = 10_000
/** A limit of more models than this is taken for one of the key. */
const modelsMax = 64

/** A limit of one model. Monotonic milliseconds. */
interface Limit {
  readonly sinceMs: number
  readonly untilMs: number
}

/**
 * What calls have shown of one key of one provider. It comes back by itself: when its time is over,
 * one call at a time tries it again. A changed Secret is another key, with a state of its own.
 */
export class CredentialState {
  /** Wall time in milliseconds since when it has its status; undefined for one never in doubt. */
  sinceMs: number | undefined
  readonly quota = new RemainingQuota()
  #status: CredentialStatus = 'Usable'
  readonly #clock: Clock
  readonly #changed: () => void
  #availableAtMs = 0
  #refusals = 0
  #firstRefusalMs = 0
  /** Whether a call tries it again. */
  #tried = false
  /** By model: what is not asked for with this key for now. */
  readonly #limits = new Map<string, Limit>()

  constructor(clock: Clock, changed: () => void) {
    this.#clock = clock
    this.#changed = changed
  }

  /** Monotonic milliseconds until which calls for the model skip the key; 0 if they need not. */
  availableAtMs(model: string): number {
    if (this.#limits.size === 0) return this.#availableAtMs
    return Math.max(this.#availableAtMs, this.#limits.get(model)?.untilMs ?? 0)
  }

  get status(): CredentialStatus {
    if (this.#status !== 'Usable' || this.#limits.size === 0) return this.#status
    return this.#limitedUntilMs() > this.#clock.monotonicMs() ? 'Exhausted' : 'Usable'
  }

  /** Whether only a limit of rate, which passes, keeps it from being used. */
  get isLimitedOnly(): boolean {
    return this.#status === 'Usable' && this.status === 'Exhausted'
  }

  /** Wall time in milliseconds until which it is skipped; undefined if it is not. */
  get untilMs(): number | undefined {
    const untilMs = Math.max(this.#availableAtMs, this.#limitedUntilMs())
    const leftMs = untilMs - this.#clock.monotonicMs()
    return leftMs > 0 ? this.#clock.now() + leftMs : undefined
  }

  /** A call is about to use it. If it is tried again, other calls leave it to this one. */
  claim(): void {
    if (this.#status === 'Usable') return
    const nowMs = this.#clock.monotonicMs()
    if (nowMs < this.#availableAtMs) return
    this.#availableAtMs = nowMs + trialMs
    this.#tried = true
  }

  /**
   * It was accepted by an attempt that began at `startedMs`; what was under way before the provider
   * limited it does not end the limit.
   */
  accepted(model: string, startedMs: number): void {
    if (this.#limits.size > 0 && startedMs >= (this.#limits.get(model)?.sinceMs ?? 0)) {
      this.#limits.delete(model)
    }
    if (this.#status === 'Usable') return
    this.#availableAtMs = 0
    this.#refusals = 0
    this.#tried = false
    this.#note('Usable')
  }

  /** The provider refused it. */
  refused(status: Exclude<CredentialStatus, 'Usable'>): void {
    const nowMs = this.#clock.monotonicMs()
    if (this.#refusals === 0) this.#firstRefusalMs = nowMs
    // Calls that were under way together are one refusal.
    const isKnown = this.#refusals > 0 && !this.#tried && nowMs < this.#availableAtMs
    if (isKnown) return
    this.#tried = false
    this.#availableAtMs = nowMs + Math.min(firstSkipMs * 2 ** this.#refusals, skipMsMax)
    this.#refusals += 1
    this.#note(status)
  }

  /** The provider limits it, for one model, for this long. */
  limited(model: string, milliseconds: number): void {
    const nowMs = this.#clock.monotonicMs()
    const untilMs = nowMs + Math.min(milliseconds, skipMsMax)
    const wasLimited = this.#limitedUntilMs() > nowMs
    if (this.#limits.size >= modelsMax) this.#forgetModels(nowMs)
    const before = this.#limits.get(model)?.untilMs ?? 0
    this.#limits.set(model, { sinceMs: nowMs, untilMs: Math.max(untilMs, before) })
    if (wasLimited) return
    this.sinceMs = this.#clock.now()
    this.#changed()
  }

  /** How long a call may still wait for a replacement of this key; 0 if it should not. */
  get rotationWaitMs(): number {
    if (this.#refusals === 0) return 0
    return Math.max(this.#firstRefusalMs + rotationGraceMs - this.#clock.monotonicMs(), 0)
  }

  #limitedUntilMs(): number {
    let untilMs = 0
    for (const one of this.#limits.values()) if (one.untilMs > untilMs) untilMs = one.untilMs
    return untilMs
  }

  #forgetModels(nowMs: number): void {
    for (const [model, { untilMs }] of this.#limits) {
      if (untilMs <= nowMs) this.#limits.delete(model)
    }
    const [oldest] = this.#limits.keys()
    if (this.#limits.size >= modelsMax && oldest !== undefined) this.#limits.delete(oldest)
  }

  #note(status: CredentialStatus): void {
    if (this.#status === status) return
    this.#status = status
    this.sinceMs = this.#clock.now()
    this.#changed()
  }
}
