import type { PostgresPool } from '@fairlead/base'

interface BoundedRowsOptions {
  /** Asks for `count` and `bytes` of all rows. */
  readonly totals: string
  /** Deletes the oldest rows that may be deleted, `$1` at most, and returns the `bytes` of each. */
  readonly removeOldest: string
  readonly countMax: number
  readonly bytesMax: number
}

/**
 * Keeps a table within its bounds. Rows are counted once and then followed by what this process
 * changes; `countAnew` finds what others have changed, so that several replicas may exceed a bound by
 * what they add in between.
 */
export class BoundedRows {
  readonly #pool: PostgresPool
  readonly #options: BoundedRowsOptions
  #counted: Promise<void> | undefined
  #count = 0
  #bytes = 0

  constructor(pool: PostgresPool, options: BoundedRowsOptions) {
    this.#pool = pool
    this.#options = options
  }

  countAnew(): void {
    this.#counted = undefined
  }

  /** Follows a change, and makes room for it. */
  async changed(count: number, bytes: number): Promise<void> {
    if (this.#counted === undefined) {
      // What was changed is among it.
      await this.#countAll()
    } else {
      await this.#counted
      this.#count += count
      this.#bytes += bytes
    }
    await this.#makeRoom()
  }

  #countAll(): Promise<void> {
    const counted = this.#pool.ask(this.#options.totals).then(([row]) => {
      this.#count = Number(row?.['count'])
      this.#bytes = Number(row?.['bytes'])
    })
    this.#counted = counted
    counted.catch(() => (this.#counted = undefined))
    return counted
  }

  async #makeRoom(): Promise<void> {
    const { countMax, bytesMax, removeOldest } = this.#options
    while (this.#count > countMax || this.#bytes > bytesMax) {
      const removed = await this.#pool.ask(removeOldest, [Math.max(1, this.#count - countMax)])
      // Those that run are bounded in number and size by the gateway.
      if (removed.length === 0) return
      this.#count -= removed.length
      for (const row of removed) this.#bytes -= Number(row['bytes'])
    }
  }
}
