import { existsSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { KnowledgeBaseSettings } from '@fairlead/snapshot'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { sqliteIndexes } from './sqlite-indexes.ts'

let dataDir: string
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'fairlead-data-'))
})
afterEach(() => rmSync(dataDir, { recursive: true, force: true }))

const moved = () => {}

const base = (name: string, path = `${name}.db`) =>
  ({
    namespace: 'default',
    name,
    index: { mode: 'BM25', embeddingModel: undefined },
    store: { type: 'SQLite', path },
  }) as KnowledgeBaseSettings

it('what earlier processes left is removed, but neither what is named nor what is something else by now', async () => {
  const before = sqliteIndexes(dataDir)
  for (const name of ['kept', 'gone', 'another'])
    await (await before.open(base(name), moved)).close()
  rmSync(join(dataDir, 'another.db'))
  new DatabaseSync(join(dataDir, 'another.db')).exec('CREATE TABLE turns (id TEXT)')
  const after = sqliteIndexes(dataDir)
  const open = await after.open(base('open'), moved)
  await after.removeOthers([base('kept')])
  const there = (name: string) => existsSync(join(dataDir, `${name}.db`))
  expect(['kept', 'gone', 'another', 'open'].map(there)).toEqual([true, false, true, true])
  await open.close()
  // Whoever keeps it is told also when its thread dies.
  await expect(open.ended).resolves.toBeUndefined()
})

it('a file is that of one base, whatever leads to it', async () => {
  symlinkSync(dataDir, join(dataDir, 'here'))
  const indexes = sqliteIndexes(dataDir)
  const [first, second] = await Promise.allSettled([
    indexes.open(base('one', 'shared.db'), moved),
    indexes.open(base('two', 'here/shared.db'), moved),
  ])
  expect(second).toMatchObject({
    status: 'rejected',
    reason: { message: expect.stringContaining('is the file of KnowledgeBase default/one') },
  })
  if (first?.status === 'fulfilled') await first.value.close()
  await (await indexes.open(base('two', 'here/shared.db'), moved)).close()
})
