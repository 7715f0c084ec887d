import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { silentLogger } from '@fairlead/base'
import { afterAll, beforeAll } from 'vitest'
import { newKey } from '../encryption/encryption-key.ts'
import { openEncrypted } from '../encryption/open-encrypted.ts'
import type { ContextStore } from '../stores/context-store.ts'
import { createMemoryStore } from '../stores/memory/memory-store.ts'
import { PostgresBench } from '../stores/postgres/test-support/postgres-bench.ts'
import { RedisBench } from '../stores/redis/test-support/redis-bench.ts'
import { createSqliteStore } from '../stores/sqlite/sqlite-store.ts'
import { describeNotesContract } from './test-support/notes-contract.ts'

let folder: string
let redis: RedisBench
let postgres: PostgresBench
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'fairlead-notes-'))
  ;[redis, postgres] = await Promise.all([RedisBench.start(), PostgresBench.start()])
}, 60_000)
afterAll(async () => {
  await Promise.all([redis[Symbol.asyncDispose](), postgres[Symbol.asyncDispose]()])
  rmSync(folder, { recursive: true, force: true })
})

let files = 0
const newPath = () => join(folder, `${files++}.db`)
const key = newKey().toString('base64')
const encrypted = async (store: ContextStore, clock: { now(): number }) => {
  const timers = { now: () => clock.now(), setTimer: () => ({ cancel() {} }) }
  const tools = { clock: timers, logger: silentLogger }
  return (await openEncrypted(store, { current: key, previous: undefined }, tools)).store
}

describeNotesContract({
  name: 'memory',
  open: (clock) => createMemoryStore({ clock, ttlMs: undefined }),
})
describeNotesContract({
  name: 'SQLite',
  open: (clock) => createSqliteStore({ clock, path: newPath(), ttlMs: undefined }),
})
describeNotesContract({
  name: 'encrypted SQLite',
  open: (clock) =>
    encrypted(createSqliteStore({ clock, path: newPath(), ttlMs: undefined }), clock),
})
describeNotesContract({
  name: 'Redis',
  open: (clock) => redis.open({ clock, ttlMs: undefined }),
})
describeNotesContract({
  name: 'encrypted Redis',
  open: async (clock) => encrypted(await redis.open({ clock, ttlMs: undefined }), clock),
})
describeNotesContract({
  name: 'PostgreSQL',
  open: (clock) => postgres.open({ clock: { now: () => clock.now() } }),
})
describeNotesContract({
  name: 'encrypted PostgreSQL',
  open: async (clock) =>
    encrypted(await postgres.open({ clock: { now: () => clock.now() } }), clock),
})
