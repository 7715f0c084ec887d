/** Allows a burst, then refills one token per interval. Times are by a monotonic clock. */
export class TokenBucket {
  readonly #burst: number
  readonly #refillMs: number
  #tokens: number
  #atMs: number

  constructor(burst: number, refillMs: number, nowMs: number) {
    this.#burst = burst
    this.#refillMs = refillMs
    this.#tokens = burst
    this.#atMs = nowMs
  }

  /** Takes a token if one is available. */
  take(nowMs: number): boolean {
    const refilled = (nowMs - this.#atMs) / this.#refillMs
    this.#tokens = Math.min(this.#burst, this.#tokens + refilled)
    this.#atMs = nowMs
    if (this.#tokens < 1) return false
    this.#tokens -= 1
    return true
  }
}
