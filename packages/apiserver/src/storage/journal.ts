import type { KubernetesObject } from '@fairlead/kube-core'

import type { Change, StorageKey } from './change.ts'

export interface JournalState {
  readonly revision: number
  /** To be gone through once, before anything else is done with the journal. */
  readonly objects: Iterable<{ readonly key: StorageKey; readonly object: KubernetesObject }>
}

/**
 * Makes changes durable. The storage keeps the working set in memory and persists it through a
 * journal.
 */
export interface Journal {
  load(): JournalState
  /**
   * Takes a change, and its object as JSON. Returns once the change survives a crash of the process; otherwise throws and keeps nothing.
   */
  append(change: Change, objectJson: string): void
  /**
   * Writes something that means nothing, and is as long as what last could not be written. Throws when
   * that cannot be made durable either.
   */
  probe(): void
  /** What is on disk. */
  readonly bytes: number
  close(): void
}

/** Keeps nothing: everything is lost when the process ends. */
export function memoryJournal(): Journal {
  const nothing = (): void => {}
  const load = (): JournalState => ({ revision: 1, objects: [] })
  return { load, append: nothing, probe: nothing, bytes: 0, close: nothing }
}
