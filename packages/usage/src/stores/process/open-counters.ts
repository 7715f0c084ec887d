import type { Clock } from '@fairlead/base'
import { CounterBook } from '../../counters/counter-book.ts'
import { CounterJournal } from './counter-journal.ts'
import type { UsageDatabase } from './usage-database.ts'

export interface OpenedCounters {
  readonly book: CounterBook
  /** Resolves when all that was done so far is kept. Rejects when it cannot be. */
  kept(): Promise<void>
  /** Keeps what is not kept yet. */
  close(): void
}

/** Counters that end with the process. */
export function openCountersInMemory(clock: Pick<Clock, 'now' | 'monotonicMs'>): OpenedCounters {
  return { book: new CounterBook({ clock }), kept: () => Promise.resolve(), close() {} }
}

/** The counters in a database, with all that earlier processes kept there. Throws when it cannot be used. */
export function openCounters(
  database: UsageDatabase,
  clock: Pick<Clock, 'now' | 'monotonicMs'>,
): OpenedCounters {
  const journal = new CounterJournal(database.open())
  const book = new CounterBook({ clock, changes: journal })
  book.restore(journal.read())
  journal.write()
  return {
    book,
    async kept() {
      try {
        await journal.kept()
      } catch (error) {
        throw database.described(error)
      }
    },
    close: () => journal.write(),
  }
}
