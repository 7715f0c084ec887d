import pg from 'pg'
import { type Clock, systemClock } from '@fairlead/base'
import { startPostgresServer, type PostgresServer } from '@fairlead/base/testing'
import type { ContextStore } from '../../context-store.ts'
import type { StoreMembers } from '../../store-members.ts'
import { createPostgresStore, type PostgresStoreOptions } from '../postgres-store.ts'

type BenchOptions = Partial<Omit<PostgresStoreOptions, 'clock'>> & {
  readonly clock?: Pick<Clock, 'now'>
}

/** A server, and stores on it. */
export class PostgresBench {
  readonly server: PostgresServer
  #schemas = 0

  constructor(server: PostgresServer) {
    this.server = server
  }

  static async start(settings: Readonly<Record<string, string>> = {}): Promise<PostgresBench> {
    return new PostgresBench(await startPostgresServer({ settings }))
  }

  newSchema(): string {
    this.#schemas += 1
    return `test_${this.#schemas}`
  }

  /** Opens a store, whose waiting takes real time. In a schema of its own when none is named. */
  open(options: BenchOptions = {}): Promise<ContextStore & { readonly members: StoreMembers }> {
    const { now } = options.clock ?? systemClock
    return createPostgresStore({
      url: this.server.url,
      schema: options.schema ?? this.newSchema(),
      member: 'one',
      ttlMs: undefined,
      deadlineMs: 5000,
      ...options,
      clock: { ...systemClock, now: () => now() },
    })
  }

  /** Empties the tables of a schema, if there are any. */
  async empty(schema: string): Promise<void> {
    const tables = await this.ask(
      `SELECT string_agg(format('%I.%I', schemaname, tablename), ', ') AS names FROM pg_tables
       WHERE schemaname = $1 AND tablename <> 'schema_version'`,
      [schema],
    )
    const names = tables[0]?.['names']
    if (typeof names === 'string') await this.ask(`TRUNCATE ${names} RESTART IDENTITY CASCADE`)
  }

  /** Others count a member as dead. */
  async kill(schema: string, member: string): Promise<void> {
    await this.ask(`UPDATE "${schema}".members SET alive_until = '-infinity' WHERE member = $1`, [
      member,
    ])
  }

  async ask(text: string, values: readonly unknown[] = []) {
    const client = new pg.Client({ connectionString: this.server.url })
    await client.connect()
    try {
      const { rows } = await client.query<Record<string, unknown>>(text, [...values])
      return rows
    } finally {
      await client.end()
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.server[Symbol.asyncDispose]()
  }
}
