import { type Clock, openScope, untilAborted } from '@fairlead/base'
import { gatewayError } from '../../errors/gateway-error.ts'
import type { KeySet } from './key-set.ts'

/** Where keys come from, and how long they may be used without asking again. */
interface FetchedKeys {
  readonly keys: KeySet
  /** As the issuer says; undefined if it does not. */
  readonly maxAgeMs: number | undefined
}

export type FetchKeys = (signal: AbortSignal) => Promise<FetchedKeys>

const fetchMsMax = 5_000
const maxAgeMsDefault = 900_000
const maxAgeMsMin = 300_000
/** Keys of an issuer that cannot be reached are used no longer than this. */
const keptMsMax = 86_400_000
/** New ones are fetched when this part of their age has passed, and until then nobody waits. */
const refreshShare = 0.75
/** Keys that nobody has announced are asked for at most this often. */
const unknownKeyMs = 10_000
/** After a failure nobody is asked for so long; each that follows doubles it. */
const firstPauseMs = 1_000
const pauseMsMax = 30_000

interface Held {
  readonly keys: KeySet
  readonly fetchedMs: number
  readonly refreshAtMs: number
}

/**
 * The keys of one issuer: fetched once for all who wait, again in the background before they are too
 * old, and at a bounded rate for a key that is not among them. Each worker has its own.
 */
export class IssuerKeys {
  readonly #name: string
  readonly #fetch: FetchKeys
  readonly #clock: Clock
  readonly #changed: () => void
  #held: Held | undefined
  #running: Promise<KeySet> | undefined
  #failures = 0
  #pausedUntilMs = 0
  #problem: string | undefined
  #askedForUnknownMs = -Infinity

  /** `changed` is told when there is a problem, and when it is over. */
  constructor(name: string, fetch: FetchKeys, clock: Clock, changed: () => void) {
    this.#name = name
    this.#fetch = fetch
    this.#clock = clock
    this.#changed = changed
  }

  /** Why the keys cannot be fetched now, in words for an operator. */
  get problem(): string | undefined {
    return this.#problem
  }

  /** The keys in use, or those that are being fetched. Throws or rejects with `issuer_unavailable`. */
  get(): KeySet | Promise<KeySet> {
    const nowMs = this.#clock.monotonicMs()
    const held = this.#held
    if (held !== undefined && nowMs - held.fetchedMs < keptMsMax) {
      if (nowMs >= held.refreshAtMs && nowMs >= this.#pausedUntilMs) this.#start().catch(() => {})
      return held.keys
    }
    if (this.#running === undefined && nowMs < this.#pausedUntilMs) throw this.#unavailable()
    return this.#start()
  }

  /**
   * Newer keys than those in use, for a token whose key is not among them; undefined if they were
   * asked for only lately. Rejects with `issuer_unavailable`, also while those that were asked for
   * lately have not come: the token may be good.
   */
  async newer(): Promise<KeySet | undefined> {
    if (this.#running !== undefined) return this.#running
    const nowMs = this.#clock.monotonicMs()
    if (nowMs - this.#askedForUnknownMs < unknownKeyMs) {
      if (this.#problem !== undefined) throw this.#unavailable()
      return undefined
    }
    this.#askedForUnknownMs = nowMs
    return this.#start()
  }

  #start(): Promise<KeySet> {
    this.#running ??= this.#ask().finally(() => {
      this.#running = undefined
    })
    return this.#running
  }

  async #ask(): Promise<KeySet> {
    using scope = openScope({ clock: this.#clock, timeoutMs: fetchMsMax, what: 'getting keys' })
    try {
      const { keys, maxAgeMs } = await untilAborted(this.#fetch(scope.signal), scope.signal)
      const nowMs = this.#clock.monotonicMs()
      const ageMs = Math.min(Math.max(maxAgeMs ?? maxAgeMsDefault, maxAgeMsMin), keptMsMax)
      this.#held = { keys, fetchedMs: nowMs, refreshAtMs: nowMs + ageMs * refreshShare }
      this.#failures = 0
      this.#pausedUntilMs = 0
      this.#note(undefined)
      return keys
    } catch (error) {
      const pauseMs = Math.min(firstPauseMs * 2 ** this.#failures, pauseMsMax)
      this.#failures += 1
      this.#pausedUntilMs = this.#clock.monotonicMs() + pauseMs
      this.#note(error instanceof Error ? error.message : String(error))
      throw this.#unavailable(error)
    }
  }

  #note(problem: string | undefined): void {
    if (problem === this.#problem) return
    this.#problem = problem
    this.#changed()
  }

  #unavailable(cause?: unknown) {
    const waitMs = this.#pausedUntilMs - this.#clock.monotonicMs()
    return gatewayError.issuerUnavailable(this.#name, Math.max(1, Math.ceil(waitMs / 1000)), cause)
  }
}
