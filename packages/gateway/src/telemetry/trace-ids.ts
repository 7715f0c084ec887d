import { randomFillSync } from 'node:crypto'

const poolBytes = 4096

/** Random ids of traces and spans, drawn from a pool because a draw for each would cost more. */
export class TraceIds {
  readonly #pool = Buffer.alloc(poolBytes)
  #used = poolBytes

  /** 32 hexadecimal digits. */
  traceId(): string {
    return this.#take(16)
  }

  /** 16 hexadecimal digits. */
  spanId(): string {
    return this.#take(8)
  }

  #take(bytes: number): string {
    if (this.#used + bytes > poolBytes) {
      randomFillSync(this.#pool)
      this.#used = 0
    }
    const start = this.#used
    this.#used += bytes
    return this.#pool.toString('hex', start, this.#used)
  }
}
