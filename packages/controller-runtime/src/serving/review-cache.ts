import { createHmac, randomBytes } from 'node:crypto'
import { type Clock, RecentMap } from '@fairlead/base'

interface ReviewCacheOptions<T> {
  /** How many results are kept; the least recently used ones go first. */
  readonly limit: number
  /** How many reviews may run at the same time. */
  readonly concurrentLimit: number
  /** How long a result holds. */
  readonly lifetimeMs: (result: T) => number
  readonly clock: Clock
}

interface Entry<T> {
  readonly result: Promise<T>
  /** Infinity while the review runs. */
  expiresAtMs: number
}

/** More reviews run than may: whoever asks should try again later. */
export class TooManyReviewsError extends Error {
  override readonly name = 'TooManyReviewsError'
  constructor(limit: number) {
    super(`${limit} reviews by the API server are already under way`)
  }
}

/**
 * What the API server said of a token or a request, for as long as that holds. Those who ask for the
 * same at the same time share a review; one that fails is not kept. Keys are kept as hashes, with
 * a secret of the process, so that no token stays in memory.
 */
export class ReviewCache<T> {
  readonly #options: ReviewCacheOptions<T>
  readonly #entries: RecentMap<Entry<T>>
  readonly #secret = randomBytes(32)
  #running = 0

  constructor(options: ReviewCacheOptions<T>) {
    this.#options = options
    this.#entries = new RecentMap(options.limit)
  }

  /** The result for the key, of `review` if there is none that holds. */
  get(key: string, review: () => Promise<T>): Promise<T> {
    const hash = createHmac('sha256', this.#secret).update(key).digest('base64')
    const known = this.#entries.get(hash)
    if (known !== undefined && this.#options.clock.monotonicMs() < known.expiresAtMs) {
      return known.result
    }
    const { concurrentLimit } = this.#options
    if (this.#running >= concurrentLimit) {
      return Promise.reject(new TooManyReviewsError(concurrentLimit))
    }
    return this.#review(hash, review)
  }

  #review(hash: string, review: () => Promise<T>): Promise<T> {
    this.#running++
    const result = review().finally(() => this.#running--)
    const entry: Entry<T> = { result, expiresAtMs: Infinity }
    this.#entries.set(hash, entry)
    const { clock, lifetimeMs } = this.#options
    result.then(
      (value) => (entry.expiresAtMs = clock.monotonicMs() + lifetimeMs(value)),
      () => this.#entries.delete(hash),
    )
    return result
  }
}
