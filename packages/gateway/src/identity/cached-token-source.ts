import { type Clock, DeadlineError, openScope, untilAborted } from '@fairlead/base'
import { IdentityError } from './identity-error.ts'
import type { Token, TokenSource } from './token-source.ts'

/** A token is replaced so long before it expires, or after three quarters of its life if that is later. */
const aheadMs = 300_000
const aheadShare = 0.25
/** What a token must still be good for: the request with it may be under way for a while. */
const leftMsMin = 10_000
/** A token that was refused is not replaced sooner: calls that are refused cost no request each. */
const discardAfterMs = 60_000
/** How long it may take to get one. */
const fetchMsMax = 10_000
/** After a failure nobody is asked for so long; each that follows doubles it. */
const firstPauseMs = 1_000
const pauseMsMax = 60_000

/**
 * Keeps the token of a source until shortly before it expires. However many calls wait, the source is
 * asked once; while the old token is good, none waits for the new one. A failure is told to all for a
 * moment, so that it does not cost a request per call.
 */
export class CachedTokenSource<Value> implements TokenSource<Value> {
  readonly #source: TokenSource<Value>
  readonly #clock: Clock
  #held: Held<Value> | undefined
  #running: Promise<Held<Value>> | undefined
  #failures = 0
  #failure: { readonly error: unknown; readonly untilMs: number } | undefined

  constructor(source: TokenSource<Value>, clock: Clock) {
    this.#source = source
    this.#clock = clock
  }

  async token(signal: AbortSignal): Promise<Token<Value>> {
    const nowMs = this.#clock.monotonicMs()
    const held = this.#held
    if (held !== undefined && nowMs < held.goodUntilMs) {
      // Whoever comes next has the new one; a failure is told once the old one is no longer good.
      if (nowMs >= held.replaceAtMs && !this.#pauses(nowMs)) this.#fetch().catch(() => {})
      return held.token
    }
    if (this.#running === undefined && this.#pauses(nowMs)) throw this.#failure?.error
    return (await untilAborted(this.#fetch(), signal)).token
  }

  /** Forgets a token that was refused, unless it is so new that another would be no better. */
  discard(value: Value): void {
    const held = this.#held
    if (held === undefined || held.token.value !== value) return
    if (this.#clock.monotonicMs() >= held.sinceMs + discardAfterMs) this.#held = undefined
  }

  #pauses(nowMs: number): boolean {
    return this.#failure !== undefined && nowMs < this.#failure.untilMs
  }

  #fetch(): Promise<Held<Value>> {
    this.#running ??= this.#ask().finally(() => {
      this.#running = undefined
    })
    return this.#running
  }

  /** Not ended by a call that no longer waits: others may, and the next ones will want it. */
  async #ask(): Promise<Held<Value>> {
    using scope = openScope({ clock: this.#clock, timeoutMs: fetchMsMax, what: 'getting a token' })
    try {
      const token = await untilAborted(this.#source.token(scope.signal), scope.signal)
      this.#held = this.#heldOf(token)
      this.#failures = 0
      this.#failure = undefined
      return this.#held
    } catch (thrown) {
      const error = thrown instanceof DeadlineError ? tooSlow(thrown) : thrown
      const pauseMs = Math.min(firstPauseMs * 2 ** this.#failures, pauseMsMax)
      this.#failures += 1
      this.#failure = { error, untilMs: this.#clock.monotonicMs() + pauseMs }
      throw error
    }
  }

  /** Measured from now on, so that a step of wall time changes nothing. */
  #heldOf(token: Token<Value>): Held<Value> {
    const { expiresAtMs } = token
    const nowMs = this.#clock.monotonicMs()
    if (expiresAtMs === undefined) {
      return { token, sinceMs: nowMs, replaceAtMs: Infinity, goodUntilMs: Infinity }
    }
    const lifeMs = Math.max(expiresAtMs - this.#clock.now(), 0)
    return {
      token,
      sinceMs: nowMs,
      replaceAtMs: nowMs + lifeMs - Math.min(aheadMs, lifeMs * aheadShare),
      goodUntilMs: nowMs + lifeMs - leftMsMin,
    }
  }
}

/** A token, and when it came, is replaced and is no longer used, in monotonic milliseconds. */
interface Held<Value> {
  readonly token: Token<Value>
  readonly sinceMs: number
  readonly replaceAtMs: number
  readonly goodUntilMs: number
}

function tooSlow({ timeoutMs }: DeadlineError): IdentityError {
  return new IdentityError('Connect', `no token came within ${timeoutMs} ms`)
}
