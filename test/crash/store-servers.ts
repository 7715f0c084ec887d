import { systemClock } from '@fairlead/base'
import { startPostgresServer, startRedisServer } from '@fairlead/base/testing'
import { createPostgresStore, createRedisStore, type ContextStore } from '@fairlead/context'
import type { Program } from '../../tools/programs/program.ts'
import { postgres } from '../../tools/programs/postgres.ts'
import { redis } from '../../tools/programs/redis.ts'

/** A server that can be killed, and started again on its data. */
interface StoreServer extends AsyncDisposable {
  readonly url: string
  /** kill -9. */
  kill(): Promise<void>
  restart(): Promise<void>
}

/** Servers that keep conversations. */
export interface StoreServerKind {
  /** Type of the ConversationStore. */
  readonly name: string
  readonly programs: readonly Program[]
  /** Starts one that writes what it acknowledges to its disk. */
  start(): Promise<StoreServer>
  /** Opens the store of a server for a member. Rejects while the server is down. */
  open(url: string, member: string): Promise<ContextStore>
}

/** Every kind of server whose death must lose nothing; to prove another, add it here. */
export const storeServerKinds: readonly StoreServerKind[] = [
  {
    name: 'Redis',
    programs: [redis],
    start: () => startRedisServer(),
    open: (url, member) =>
      createRedisStore({ url, member, clock: systemClock, ttlMs: undefined, deadlineMs: 5000 }),
  },
  {
    name: 'Postgres',
    programs: [postgres],
    start: () => startPostgresServer(),
    open: (url, member) =>
      createPostgresStore({ url, member, clock: systemClock, ttlMs: undefined, deadlineMs: 5000 }),
  },
]
