import type { LookupAddress } from 'node:dns'
import type { ConversationStoreSettings } from '@fairlead/snapshot'
import type { Conversations } from '@fairlead/context'
import type { Registry } from 'prom-client'
import type { Clock, Logger } from '@fairlead/base'
import type { GatewayReport } from './report.ts'
import type { SecretSource, SnapshotSource } from './sources.ts'

/** Resolves a host name to all its addresses, as `dns.promises.lookup(host, {all: true})` does. */
export type ResolveHost = (hostname: string) => Promise<readonly LookupAddress[]>

export interface GatewayOptions {
  readonly host: string
  /** 0 takes a free port. */
  readonly port: number
  readonly snapshots: SnapshotSource
  readonly secrets: SecretSource
  /** Opens the conversations of a store; undefined means in memory. Called once per distinct store. */
  openStore(store: ConversationStoreSettings | undefined): Promise<Conversations> | Conversations
  readonly registry: Registry
  readonly logger: Logger
  readonly clock?: Clock
  /** In [0, 1). */
  readonly random?: () => number
  readonly resolveHost?: ResolveHost
}

export interface Gateway {
  readonly url: string
  readonly port: number
  report(): GatewayReport
  /** Calls back after the report changed; returns how to stop. */
  onReportChange(listener: () => void): () => void
  /**
   * Stops accepting, lets running calls end, aborts what still runs after `timeoutMs`, then closes
   * upstream connections and stores. Resolves when nothing is left.
   */
  drain(timeoutMs: number): Promise<void>
}
