import type { KubernetesObject } from '@fairlead/kube-core'

import type { Change, StorageKey } from './change.ts'

export interface JournalState {
  readonly revision: number
  readonly objects: readonly { readonly key: StorageKey; readonly object: KubernetesObject }[]
}

/** Makes changes durable. The storage keeps the working set in memory and asks a journal to hold it. */
export interface Journal {
  load(): JournalState
  /** Returns once the change survives the death of the process; throws and keeps nothing otherwise. */
  append(change: Change): void
  close(): void
}

/** Forgets everything with the process. */
export function memoryJournal(): Journal {
  return { load: () => ({ revision: 1, objects: [] }), append: () => {}, close: () => {} }
}
