import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { outlineOf } from '../../turns/turn-outline.ts'
import { createSqliteStore } from './sqlite-store.ts'
import { wholeLog } from '../test-support/whole-log.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fairlead-migration-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const version2 = readFileSync(new URL('./fixtures/version-2.sql', import.meta.url), 'utf8')
const responsesOfVersion2 = `
  DROP TABLE response_frames; DROP TABLE response_items; DROP TABLE responses;
  UPDATE schema_version SET version = 1;`

/** A store that opens a file of an older program, after `change`. */
function openOld(change = '') {
  const path = join(folder, 'old.db')
  const database = new DatabaseSync(path)
  database.exec(version2)
  database.exec(change)
  database.close()
  return createSqliteStore({ path, clock: { now: () => 0 }, ttlMs: undefined })
}

describe('a file with straight logs', () => {
  it.each([
    ['version 2', ''],
    ['version 1', responsesOfVersion2],
  ])('of %s becomes a tree without what failed or was replaced', async (_, change) => {
    const store = openOld(change)
    const stored = await wholeLog(store, 'team/app', 'chat-1')
    const [one, failed, replaced, two, interrupted] = stored?.turns ?? []
    expect(stored?.turns.map(({ parent }) => parent)).toEqual([
      null,
      one?.id,
      one?.id,
      one?.id,
      two?.id,
    ])
    expect([failed?.status, replaced?.status, interrupted?.status]).toEqual([
      'failed',
      'incomplete',
      'incomplete',
    ])
    for (const turn of stored?.turns ?? []) {
      expect(turn).toMatchObject({ branch: 'main', instructed_by: one?.id, pinned: false })
    }
    expect(Number.isInteger(interrupted?.completed_at)).toBe(true)
    const head = interrupted?.id ?? ''
    expect(stored?.conversation.ccp).toMatchObject({
      head,
      branches: { main: head },
      turns: 5,
      revision: 5,
      subject: null,
    })
    const path = await store.path('team/app', 'chat-1', { to: head, max: 10 })
    expect(path).toEqual([one, two, interrupted])
    await store.close()
  })

  it('keeps plans, items, metadata and responses', async () => {
    const store = openOld()
    const turns = (await wholeLog(store, 'team/app', 'chat-1'))?.turns ?? []
    for (const { plan } of turns) {
      expect(await store.plan('team/app', plan ?? '')).toMatchObject({
        conversation: 'chat-1',
        matched: 0,
        superseded: null,
      })
    }
    expect((await store.plan('team/app', turns[4]?.plan ?? ''))?.decisions).toContainEqual(
      expect.objectContaining({ from: turns[0]?.id, to: turns[0]?.id, count: 1, action: 'kept' }),
    )
    const [item] = turns[3]?.output ?? []
    expect(await store.item('team/app', 'chat-1', item?.id ?? '')).toEqual(item)
    expect(await store.outline('team/app', 'chat-1', 0)).toEqual(turns.map(outlineOf))
    const query = { limit: 5, order: 'asc', metadata: { topic: 'harbours' } } as const
    expect(await store.list('team/app', query)).toMatchObject({ conversations: [{ id: 'seeded' }] })
    expect((await store.basis('team/app', 'chat-1', { pathMax: 1, key: 'key-1' }))?.keyed).toEqual(
      turns[3],
    )
    expect((await store.responses.load('team/app', 'resp_1'))?.conversation).toBe('chat-1')
    expect(await store.conversation('team/other', 'chat-1')).toBeDefined()
    expect(await store.remove('team/app', 'chat-1')).toBe('removed')
    await store.close()
  })

  it('is left as it was when it cannot be read', () => {
    const path = join(folder, 'old.db')
    expect(() => openOld("UPDATE turns SET body = '{' WHERE seq = 4")).toThrow()
    const database = new DatabaseSync(path)
    expect(database.prepare('SELECT version FROM schema_version').get()).toEqual({ version: 2 })
    expect(database.prepare('SELECT COUNT(*) AS turns FROM turns').get()).toEqual({ turns: 6 })
    database.close()
  })
})
