import type { ResourceIdentity } from './resource-identity.ts'

export interface ConversationStoreSettings extends ResourceIdentity {
  /** One of the types that the capabilities name. */
  readonly type: string
  /** SQLite: relative to the data directory. */
  readonly path: string | undefined
  /** Turns and conversations untouched for longer are deleted; undefined keeps them. */
  readonly ttlMs: number | undefined
}
