import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { KeptResponse } from '../kept-response.ts'
import { newConversation } from '../../turns/new-conversation.ts'
import { describeFactorStoreContract } from '../test-support/factor-store-contract.ts'
import { describeAnswerStoreContract } from '../test-support/answer-store-contract.ts'
import { describeRecordBoundContract } from '../test-support/record-store-contract.ts'
import { describeResponseStoreContract } from '../test-support/response-store-contract.ts'
import { describeStoreContract } from '../test-support/store-contract.ts'
import { ended, turnOf } from '../test-support/turns.ts'
import { createSqliteStore, type SqliteStoreOptions } from './sqlite-store.ts'
import { wholeLog } from '../test-support/whole-log.ts'

let folder: string
let files = 0
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fairlead-conversations-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))
const newPath = () => join(folder, 'nested', `${files++}.db`)
const clock = { now: () => 1000 }

const subject = {
  name: 'SQLite',
  open: (options: Omit<SqliteStoreOptions, 'path'>) =>
    createSqliteStore({ path: newPath(), ...options }),
}
describeStoreContract(subject)
describeResponseStoreContract(subject)
describeFactorStoreContract(subject)
describeAnswerStoreContract(subject)
describeRecordBoundContract(subject)

/** Stores conversations c1, c2, … and prints each number once it is acknowledged. */
const appendForever = `
  import { writeSync } from 'node:fs'
  import { newConversation } from '${new URL('../../turns/new-conversation.ts', import.meta.url).href}'
  import { createSqliteStore } from '${new URL('./sqlite-store.ts', import.meta.url).href}'
  const store = createSqliteStore({ path: process.argv[1], clock: Date, ttlMs: undefined })
  for (let number = 1; number <= 100_000; number++) {
    const id = 'c' + number
    const conversation = newConversation({ id, tenant: 'a', store: '', nowMs: 0 })
    await store.append({ expectedRevision: null, conversation, turns: [] })
    writeSync(1, number + '\\n')
  }
`

function conversation(id: string, secret = '') {
  return newConversation({ id, tenant: 'a', metadata: { secret }, store: 'SQLite', nowMs: 0 })
}

describe('SQLite store', () => {
  it('keeps what was stored over a restart', async () => {
    const path = newPath()
    const before = createSqliteStore({ path, clock, ttlMs: undefined })
    const stored = { conversation: conversation('kept'), turns: [] }
    await before.append({ expectedRevision: null, ...stored })
    await before.close()
    const after = createSqliteStore({ path, clock, ttlMs: undefined })
    expect(await wholeLog(after, 'a', 'kept')).toEqual(stored)
    await after.close()
  })

  it('is readable by its owner only, write-ahead log included', async () => {
    const path = newPath()
    const store = createSqliteStore({ path, clock, ttlMs: undefined })
    await store.append({ expectedRevision: null, conversation: conversation('c'), turns: [] })
    for (const file of [path, `${path}-wal`]) expect(statSync(file).mode & 0o777).toBe(0o600)
    await store.close()
  })

  it('leaves nothing of a deleted item in its files', async () => {
    const path = newPath()
    const store = createSqliteStore({ path, clock, ttlMs: undefined })
    const secret = 'attack at dawn'
    const output = [
      {
        type: 'message',
        role: 'assistant',
        id: 'msg_1',
        content: [{ type: 'output_text', text: secret }],
      },
    ] as const
    const turn = { ...turnOf('c', 1), status: 'completed', output } as const
    const empty = conversation('c')
    const at = (revision: number) => ({ ...empty, ccp: { ...empty.ccp, revision } })
    await store.append({ expectedRevision: null, conversation: at(1), turns: [turn] })
    const inFiles = () => [path, `${path}-wal`].some((file) => readFileSync(file).includes(secret))
    expect(inFiles()).toBe(true)
    const rewritten = [{ ...turn, output: [] }]
    const change = { expectedRevision: 1, conversation: at(2), turns: [], rewritten }
    expect(await store.append(change)).toBe('stored')
    expect(inFiles()).toBe(false)
    await store.close()
  })

  it('leaves nothing of a removed conversation in its files', async () => {
    const path = newPath()
    const store = createSqliteStore({ path, clock, ttlMs: undefined })
    const secret = 'attack at dawn'
    await store.append({
      expectedRevision: null,
      conversation: conversation('c', secret),
      turns: [],
    })
    const inFiles = () => [path, `${path}-wal`].some((file) => readFileSync(file).includes(secret))
    expect(inFiles()).toBe(true)
    await store.remove('a', 'c')
    expect(inFiles()).toBe(false)
    await store.close()
  })

  it('deletes a long conversation in steps, which nobody sees', async () => {
    const path = newPath()
    const store = createSqliteStore({ path, clock, ttlMs: undefined })
    const turns = Array.from({ length: 500 }, (_, index) => ended(turnOf('c', index + 1)))
    const long = { expectedRevision: null, conversation: conversation('c'), turns }
    await store.append(long)
    const removed = store.remove('a', 'c')
    expect(await store.conversation('a', 'c')).toBeUndefined()
    expect(await store.append({ ...long, turns: [] })).toBe('stored')
    expect(await removed).toBe('removed')
    expect(await wholeLog(store, 'a', 'c')).toEqual({ conversation: conversation('c'), turns: [] })
    await store.close()
  })

  it('goes on deleting what a crash left in the middle', async () => {
    const path = newPath()
    const turns = Array.from({ length: 500 }, (_, index) => ended(turnOf('c', index + 1)))
    const before = createSqliteStore({ path, clock, ttlMs: undefined })
    await before.append({ expectedRevision: null, conversation: conversation('c'), turns })
    const interrupted = before.remove('a', 'c').catch(() => 'interrupted')
    await before.close()
    expect(await interrupted).toBe('interrupted')
    const after = createSqliteStore({ path, clock, ttlMs: undefined })
    expect(await after.conversation('a', 'c')).toBeUndefined()
    await after.expire()
    await after.close()
    const database = new DatabaseSync(path)
    expect(database.prepare('SELECT COUNT(*) AS rows FROM turn_texts').get()).toEqual({ rows: 0 })
    expect(database.prepare('SELECT COUNT(*) AS rows FROM conversations').get()).toEqual({
      rows: 0,
    })
    database.close()
  })

  it('leaves nothing of a removed response in its files, and counts anew after a restart', async () => {
    const path = newPath()
    const secret = 'attack at dawn'
    const kept = (id: string, text: string): KeptResponse => ({
      id,
      tenant: 'a',
      previous: null,
      conversation: null,
      status: 'completed',
      background: false,
      body: {},
      input: [{ text }],
      output: [],
      error: null,
      answered_by: null,
      created_at: 1,
      completed_at: 1,
    })
    const before = createSqliteStore({ path, clock, ttlMs: undefined })
    await before.responses.add(kept('r1', secret))
    const inFiles = () => [path, `${path}-wal`].some((file) => readFileSync(file).includes(secret))
    expect(inFiles()).toBe(true)
    await before.responses.remove('a', 'r1')
    expect(inFiles()).toBe(false)
    await before.responses.add(kept('r2', ''))
    await before.close()
    const responseBounds = { responsesMax: 1, bytesMax: 1000 }
    const after = createSqliteStore({ path, clock, ttlMs: undefined, responseBounds })
    await after.responses.add(kept('r3', ''))
    expect(await after.responses.load('a', 'r2')).toBeUndefined()
    expect(await after.responses.load('a', 'r3')).toBeDefined()
    await after.close()
  })

  it('refuses a file of a newer program', () => {
    const path = join(folder, 'newer.db')
    const database = new DatabaseSync(path)
    database.exec(
      'CREATE TABLE schema_version (version INTEGER); INSERT INTO schema_version VALUES (9)',
    )
    database.close()
    expect(() => createSqliteStore({ path, clock, ttlMs: undefined })).toThrow(/schema version 9/)
  })

  it('rejects, rather than answers, when it is closed', async () => {
    const store = createSqliteStore({ path: newPath(), clock, ttlMs: undefined })
    await store.close()
    await expect(wholeLog(store, 'a', 'c')).rejects.toThrow()
  })

  it('keeps everything acknowledged when the process is killed', async () => {
    const path = newPath()
    const child = spawn(
      process.execPath,
      ['--conditions=source', '--input-type=module', '--eval', appendForever, path],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    )
    let acknowledged = 0
    child.stdout.setEncoding('utf8').on('data', (lines: string) => {
      for (const line of lines.split('\n')) {
        if (line !== '') acknowledged = Math.max(acknowledged, Number(line))
      }
      if (acknowledged >= 50) child.kill('SIGKILL')
    })
    await once(child, 'close')
    expect(acknowledged).toBeGreaterThanOrEqual(50)
    const store = createSqliteStore({ path, clock, ttlMs: undefined })
    for (let number = 1; number <= acknowledged; number++) {
      expect(await wholeLog(store, 'a', `c${number}`)).toBeDefined()
    }
    await store.close()
  })
})
