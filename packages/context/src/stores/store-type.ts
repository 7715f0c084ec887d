import type { Clock } from '@fairlead/base'
import type { ContextStore } from './context-store.ts'

/** One type of ConversationStore: everything that is needed to open stores of it. */
export interface StoreType {
  /** Value of ConversationStore `spec.type`. */
  readonly type: string
  /** Rejects when the store cannot be opened; the message names the ConversationStore. */
  open(
    settings: StoreSettings,
    secrets: StoreSecrets,
    clock: Pick<Clock, 'now'>,
  ): Promise<ContextStore>
}

/** What a ConversationStore says, and where this process keeps its data. */
export interface StoreSettings {
  readonly namespace: string
  readonly name: string
  readonly type: string
  /** For stores in a file; relative to `dataDir`. */
  readonly path: string | undefined
  /** What is untouched for longer is deleted; undefined keeps conversations, and responses 30 days. */
  readonly ttlMs: number | undefined
  /** Absolute. No store writes outside of it. */
  readonly dataDir: string
}

/** Reads the value of a Secret's key; undefined when there is none. */
export interface StoreSecrets {
  get(ref: {
    readonly namespace: string
    readonly name: string
    readonly key: string
  }): string | undefined
}
