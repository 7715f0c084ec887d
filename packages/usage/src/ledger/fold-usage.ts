import type { UsageEntry } from './ledger.ts'

/** What stands for names that are not told apart. */
const otherName = 'other'

/**
 * How an entry is counted where there is no room for another row: first without model and prompt,
 * then without whose it is. The last has room always: there is one for each day.
 */
export const usageFolds: readonly ((entry: UsageEntry) => UsageEntry)[] = [
  (entry) => entry,
  (entry) => ({ ...entry, model: otherName, prompt: entry.prompt === '' ? '' : otherName }),
  (entry) => ({
    ...entry,
    tenant: '',
    consumer: otherName,
    model: otherName,
    provider: otherName,
    prompt: '',
    groups: '',
  }),
]
