import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { silentLogger, systemClock } from '@fairlead/base'
import { startPostgresServer, startRedisServer } from '@fairlead/base/testing'
import {
  type ContextStore,
  createPostgresStore,
  createRedisStore,
  createSqliteStore,
} from '@fairlead/context'
import { Redis } from 'ioredis'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { newKey } from '../packages/context/src/encryption/encryption-key.ts'
import { openEncrypted } from '../packages/context/src/encryption/open-encrypted.ts'
import { conversationAt } from '../packages/context/src/stores/test-support/turns.ts'
import { bytesInFiles } from './erasure/file-bytes.ts'
import { bytesInPostgres, bytesInRedis, placesWith } from './erasure/server-bytes.ts'
import { tellEverything } from './erasure/tell-everything.ts'

const word = 'the-word-of-ada'
const tenant = 'team/app'
const subject = `subject-${word}`
const told = { tenant, subject, word }
const settings = { clock: systemClock, ttlMs: undefined, deadlineMs: 10_000, member: 'one' }

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'fairlead-erasure-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** Erases the subject, and nobody else. */
async function erase(store: ContextStore): Promise<void> {
  const expected = { conversations: 1, turns: 2, responses: 2, held: 0, more: false }
  expect(await store.removeSubject(tenant, subject)).toMatchObject(expected)
  expect(await store.conversation(tenant, 'of bob')).toBeDefined()
}

async function tell(store: ContextStore): Promise<void> {
  const conversation = conversationAt(1, tenant, 'of bob')
  await store.append({ expectedRevision: null, conversation, turns: [] })
  await tellEverything(store, told)
}

describe('what is kept of a subject', () => {
  it('is nowhere in the files of SQLite once it is erased', async () => {
    const below = join(folder, 'sqlite')
    const store = createSqliteStore({ ...settings, path: join(below, 'chats.db') })
    await tell(store)
    expect(await placesWith(word, bytesInFiles(below))).not.toEqual([])
    await erase(store)
    expect(await placesWith(word, bytesInFiles(below))).toEqual([])
    await store.close()
    expect(await placesWith(word, bytesInFiles(below))).toEqual([])
  })

  it('is under no key of Redis, nor in its files', async () => {
    await using server = await startRedisServer()
    const store = await createRedisStore({ ...settings, url: server.url })
    const admin = new Redis(server.url)
    const [, files = ''] = await admin.config('GET', 'dir')
    admin.disconnect()
    await tell(store)
    expect((await placesWith(word, bytesInRedis(server.url))).length).toBeGreaterThan(10)
    expect(await placesWith(word, bytesInFiles(files))).not.toEqual([])
    await erase(store)
    expect(await placesWith(word, bytesInRedis(server.url))).toEqual([])
    const inFiles = () => placesWith(word, bytesInFiles(files))
    await vi.waitFor(async () => expect(await inFiles()).toEqual([]), 15_000)
    await store.close()
  })

  it('is in no table of PostgreSQL, nor in a dump; what is deleted goes from its files with VACUUM FULL', async () => {
    await using server = await startPostgresServer()
    const store = await createPostgresStore({ ...settings, url: server.url })
    await tell(store)
    const client = new pg.Client({ connectionString: server.url })
    client.on('error', () => {})
    await client.connect()
    const asked = async (text: string) => JSON.stringify((await client.query(text)).rows)
    const where = await client.query<{ data: string }>(
      `SELECT current_setting('data_directory') AS data`,
    )
    const data = where.rows[0]?.data ?? ''
    await client.query('ANALYZE')
    await client.query('CHECKPOINT')
    // The planner's samples, which are files as well, have ids until they are taken again.
    const said = new RegExp(`(?<!-)${word}`)
    const inFiles = () => placesWith(said, bytesInFiles(join(data, 'base')))
    expect(await inFiles()).not.toEqual([])
    expect(new Set(await placesWith(word, bytesInPostgres(server.url))).size).toBeGreaterThan(8)
    expect(dumpOf(server.url)).toContain(word)
    await erase(store)
    expect(await placesWith(word, bytesInPostgres(server.url))).toEqual([])
    expect(dumpOf(server.url)).not.toContain(word)
    expect(await asked(`SELECT * FROM pg_stats WHERE schemaname = 'fairlead'`)).not.toMatch(said)
    await client.query('VACUUM FULL')
    await client.query('ANALYZE')
    await client.query('CHECKPOINT')
    await vi.waitFor(async () => expect(await inFiles()).toEqual([]), 10_000)
    await client.end()
    await store.close()
  })
})

describe('a backup of an encrypted store', () => {
  it('has no word of anybody, and none of an erased subject can be read from it with the key of today', async () => {
    const below = join(folder, 'encrypted')
    const tools = { clock: systemClock, logger: silentLogger }
    const open = (place: string) =>
      createSqliteStore({ ...settings, path: join(place, 'chats.db') })
    const [first, second] = [newKey().toString('base64'), newKey().toString('base64')]
    const opened = await openEncrypted(open(below), { current: first, previous: undefined }, tools)
    await tell(opened.store)
    // Ids stay readable; what they stand for does not.
    const said = `"${word}"`
    const backup = join(folder, 'backup')
    cpSync(below, backup, { recursive: true })
    expect(await placesWith(said, bytesInFiles(backup))).toEqual([])
    await erase(opened.store)
    opened.useKeys({ current: second, previous: first })
    await opened.wrapped()
    await opened.store.close()

    const restored = open(backup)
    const withSecond = openEncrypted(restored, { current: second, previous: undefined }, tools)
    await expect(withSecond).rejects.toThrow('the Secret of spec.encryption does not have')
    await restored.close()
    const anew = await openEncrypted(open(below), { current: second, previous: undefined }, tools)
    expect(await anew.store.conversation(tenant, 'of bob')).toBeDefined()
    await anew.store.close()
  })
})

/** What pg_dump writes, as text. */
function dumpOf(url: string): string {
  const beside = join(dirname(process.env['POSTGRES'] ?? ''), 'pg_dump')
  const program = existsSync(beside) ? beside : 'pg_dump'
  return execFileSync(program, ['--inserts', url], { encoding: 'utf8', maxBuffer: 1e9 })
}
