import type { ResourceIdentity } from './resource-identity.ts'

export interface ConversationStoreSettings extends ResourceIdentity {
  /** A store type from the capabilities. */
  readonly type: string
  /** SQLite: relative to the data directory. */
  readonly path: string | undefined
  /** Turns and conversations unused for longer are deleted; undefined keeps them. */
  readonly ttlMs: number | undefined
}
