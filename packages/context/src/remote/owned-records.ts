import type { RecordStore } from '../stores/record-store.ts'
import type { RecordOperation } from './store-messages.ts'

/**
 * Does what a client asks of the records of a store; `list` is the arguments. Rejects when the store is
 * unavailable.
 */
export function performOnRecords(
  store: RecordStore,
  operation: RecordOperation,
  list: readonly unknown[],
): Promise<unknown> {
  // Unchecked: both ends are the same version of the same program.
  const [first, second, third] = list as [never, never, never?]
  switch (operation) {
    case 'record-load':
      return store.load(first)
    case 'record-put':
      return store.put(first, second, third ?? undefined)
    case 'record-list':
      return store.list(first)
    case 'record-scan':
      return store.scan(first)
    case 'record-remove':
      return store.remove(first)
    case 'record-remove-owner':
      return store.removeOwner(first, second)
    case 'record-expire':
      return store.expire()
  }
}
