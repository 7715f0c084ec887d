import { randomUUID } from 'node:crypto'
import type { AskPostgres, Clock, Timer } from '@fairlead/base'
import type { BasePool } from './base-pool.ts'

/** A process that is gone for so long refreshes no more: another may. */
const leaseMs = 30_000

type LeaseClock = Pick<Clock, 'setTimer'>

/**
 * Which of the processes that share a base refreshes it. A row and no lock of a session, because
 * sessions are not ours where a pooler stands in between; by the server's clock.
 */
export class RefreshLease {
  readonly #self = randomUUID()
  readonly #pool: BasePool
  readonly #clock: LeaseClock
  #timer: Timer | undefined
  #isClosed = false

  constructor(pool: BasePool, clock: LeaseClock) {
    this.#pool = pool
    this.#clock = clock
  }

  /**
   * Takes the lease, where no other process has it, and keeps it from then on. Whoever has it needs the
   * base, whatever another process has said.
   */
  async take(): Promise<boolean> {
    const rows = await this.#pool.ask(
      `UPDATE fairlead.knowledge_bases
       SET refresher = $2, refreshes_until = clock_timestamp() + make_interval(secs => $3),
         unused_since = NULL
       WHERE number = $1 AND ${isFree} RETURNING 1`,
      [this.#pool.number, this.#self, leaseMs / 1000],
    )
    const isTaken = rows.length > 0
    if (isTaken && !this.#isClosed) this.#renewLater()
    return isTaken
  }

  /**
   * The row of the base, locked: others write after this transaction. Throws where another process
   * refreshes the base.
   */
  async locked(ask: AskPostgres): Promise<Readonly<Record<string, unknown>>> {
    const [row] = await ask(
      `SELECT model, dimension, has_nearest, passages, words, bytes FROM fairlead.knowledge_bases
       WHERE number = $1 AND ${isFree} FOR UPDATE`,
      [this.#pool.number, this.#self],
    )
    if (row === undefined) throw new Error('another process refreshes the index')
    return row
  }

  /** Gives it back. Where the server is gone, it ends by itself. */
  async close(): Promise<void> {
    this.#isClosed = true
    this.#timer?.cancel()
    await this.#pool
      .ask(
        'UPDATE fairlead.knowledge_bases SET refresher = NULL WHERE number = $1 AND refresher = $2',
        [this.#pool.number, this.#self],
      )
      .catch(() => undefined)
  }

  #renewLater(): void {
    this.#timer?.cancel()
    this.#timer = this.#clock.setTimer(leaseMs / 3, () => {
      this.take().catch(() => {
        if (!this.#isClosed) this.#renewLater()
      })
    })
  }
}

/** That nobody has refreshed a base for so long that no process can have it open to keep it up to date. */
export const isLeft =
  "(refresher IS NULL OR refreshes_until < clock_timestamp() - interval '10 minutes')"

const isFree = '(refresher IS NULL OR refresher = $2::uuid OR refreshes_until < clock_timestamp())'
