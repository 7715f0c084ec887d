import type {
  KeptRecord,
  NewRecord,
  RecordKey,
  RecordQuery,
  RecordScan,
  RecordStore,
} from '../stores/record-store.ts'
import type { RecordOperation } from './store-messages.ts'

/** Asks the owner; resolves to the parsed result. */
type AskOwner = <T>(operation: RecordOperation, ...list: readonly unknown[]) => Promise<T>

/** The records of a store in another process. */
export class RemoteRecordStore implements RecordStore {
  readonly #ask: AskOwner

  constructor(ask: AskOwner) {
    this.#ask = ask
  }

  load(key: RecordKey): Promise<KeptRecord | undefined> {
    return this.#ask('record-load', key)
  }

  put(record: NewRecord, expectedVersion: number | null, erasures?: number): Promise<boolean> {
    return this.#ask('record-put', record, expectedVersion, erasures)
  }

  list(query: RecordQuery): Promise<readonly KeptRecord[]> {
    return this.#ask('record-list', query)
  }

  scan(query: RecordScan): Promise<readonly KeptRecord[]> {
    return this.#ask('record-scan', query)
  }

  remove(key: RecordKey): Promise<boolean> {
    return this.#ask('record-remove', key)
  }

  removeOwner(tenant: string, owner: string): Promise<number> {
    return this.#ask('record-remove-owner', tenant, owner)
  }

  expire(): Promise<number> {
    return this.#ask('record-expire')
  }
}
