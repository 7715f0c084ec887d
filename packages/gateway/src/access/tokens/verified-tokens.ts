import type { VerifiedToken } from './verified-token.ts'

const tokensMax = 10_000
const bytesMax = 16 * 1024 * 1024
/** What an entry costs beside its claims. */
const entryBytes = 512

/** Tokens that were verified, by their digests; the oldest are forgotten first. */
export class VerifiedTokens {
  readonly #tokens = new Map<string, VerifiedToken>()
  #bytes = 0

  /** One that is still good. `nowMs` is wall time. */
  find(digest: string, nowMs: number): VerifiedToken | undefined {
    const token = this.#tokens.get(digest)
    if (token === undefined) return undefined
    if (nowMs < token.checkAgainAtMs && token.isVouchedFor()) return token
    this.#forget(digest, token)
    return undefined
  }

  add(digest: string, token: VerifiedToken): void {
    const before = this.#tokens.get(digest)
    if (before !== undefined) this.#forget(digest, before)
    this.#tokens.set(digest, token)
    this.#bytes += token.bytes + entryBytes
    for (const [oldest, entry] of this.#tokens) {
      if (this.#tokens.size <= tokensMax && this.#bytes <= bytesMax) return
      this.#forget(oldest, entry)
    }
  }

  #forget(digest: string, token: VerifiedToken): void {
    this.#tokens.delete(digest)
    this.#bytes -= token.bytes + entryBytes
  }
}
