import type { ConnectionOptions } from 'node:tls'

/** A row of what a statement returned. */
export type PostgresRow = Readonly<Record<string, unknown>>

/** What is used of the package `pg`. Packages that talk to PostgreSQL depend on it and pass it. */
export interface PostgresDriver {
  readonly Client: new (settings: ClientSettings) => PostgresClient
  readonly Pool: new (settings: PoolSettings) => PostgresClients
}

interface Asked {
  query(query: {
    readonly text: string
    values?: unknown[]
    readonly query_timeout: number
  }): Promise<{ readonly rows: readonly PostgresRow[] }>
}

/** A connection of its own. */
export interface PostgresClient extends Asked {
  connect(): Promise<unknown>
  end(): Promise<void>
  on(event: 'error' | 'end', listener: (error: Error) => void): unknown
  on(
    event: 'notification',
    listener: (message: { readonly payload?: string | undefined }) => void,
  ): unknown
}

/** A connection of a pool. */
export interface PooledClient extends Asked {
  on(event: 'error', listener: (error: Error) => void): unknown
  off(event: 'error', listener: (error: Error) => void): unknown
  release(isBroken?: boolean): void
}

/** The connections of a pool. */
export interface PostgresClients {
  connect(): Promise<PooledClient>
  end(): Promise<void>
  on(event: 'error', listener: (error: Error) => void): unknown
  on(
    event: 'connect',
    listener: (client: { on(event: 'error', listener: (error: Error) => void): unknown }) => void,
  ): unknown
}

interface ClientSettings {
  host: string
  port: number
  user: string
  password: string
  database: string
  ssl: ConnectionOptions | boolean
  connectionTimeoutMillis: number
  keepAlive: boolean
  application_name: string
}

interface PoolSettings extends ClientSettings {
  max: number
  idleTimeoutMillis: number
  maxLifetimeSeconds: number
}
