import type { Clock, Logger } from '@fairlead/base'
import type { ContextStore } from './context-store.ts'

/** One type of ConversationStore: everything that is needed to open stores of it. */
export interface StoreType {
  /** Value of ConversationStore `spec.type`. */
  readonly type: string
  /**
   * Rejects when the store cannot be opened; the message names the ConversationStore, and holds nothing
   * of the URL.
   */
  open(settings: StoreSettings, tools: StoreTools): Promise<ContextStore>
}

/** What every store may use. */
interface StoreTools {
  readonly clock: Clock
  readonly logger: Logger
}

/** What a ConversationStore says, and where this process keeps its data. */
export interface StoreSettings {
  readonly namespace: string
  readonly name: string
  readonly type: string
  /** For stores in a file; relative to `dataDir`. */
  readonly path: string | undefined
  /** For stores on a server. */
  readonly server: StoreServer | undefined
  /** What is untouched for longer is deleted; undefined keeps conversations, and responses 30 days. */
  readonly ttlMs: number | undefined
  /** Absolute. No store writes outside of it. */
  readonly dataDir: string
  /**
   * Who opens it, for stores that several processes share: unique for each opening, but for one that
   * goes on as the same member.
   */
  readonly member: string
}

/** Where the server of a store is. */
interface StoreServer {
  /** Holds a secret: never log it. */
  readonly url: string
  /** Certificates, as PEM, of the authorities that are trusted; undefined for the usual ones. */
  readonly ca: string | undefined
  /** Redis: what the names of keys begin with. */
  readonly keyPrefix: string | undefined
  /** Postgres: where the tables are. */
  readonly schema: string | undefined
  /** Postgres: the most connections. */
  readonly maxConnections: number | undefined
  /** How long an operation may take, connecting included. */
  readonly deadlineMs: number
}
