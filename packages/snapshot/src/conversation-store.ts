import type { ResourceIdentity } from './resource-identity.ts'
import type { SecretKeyRef } from './secret-key-ref.ts'

export interface ConversationStoreSettings extends ResourceIdentity {
  /** A store type from the capabilities. */
  readonly type: string
  /** SQLite: relative to the data directory. */
  readonly path: string | undefined
  /** Redis and Postgres. */
  readonly server: StoreServerSettings | undefined
  /** What encrypts its contents; undefined for nothing. */
  readonly encryption: StoreEncryptionSettings | undefined
  /** Whether what is stored stays as it is. */
  readonly isFrozen: boolean
  /** Turns and conversations unused for longer are deleted; undefined keeps them. */
  readonly ttlMs: number | undefined
}

/** The server of a store that several replicas may share. */
export interface StoreServerSettings {
  /** Undefined if it may not be read: then the store cannot be opened. */
  readonly url: SecretKeyRef | undefined
  /** Of certificate authorities; undefined for the usual ones. */
  readonly ca: SecretKeyRef | undefined
  /** Redis: what the names of keys begin with. */
  readonly keyPrefix: string | undefined
  /** Postgres: where the tables are. */
  readonly schema: string | undefined
  /** Postgres: the most connections of one replica. */
  readonly maxConnections: number | undefined
}

/** The keys that wrap those with which a store is encrypted. */
export interface StoreEncryptionSettings {
  /** Undefined if it may not be read: then the store cannot be opened. */
  readonly key: SecretKeyRef | undefined
  /** The key before it, which need not be there. */
  readonly previousKey: SecretKeyRef | undefined
}
