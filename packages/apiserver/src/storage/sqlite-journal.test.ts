import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

import { afterEach, beforeEach, expect, it } from 'vitest'

import { JournaledStorage } from './journaled-storage.ts'
import { SqliteJournal } from './sqlite-journal.ts'

const history = { changes: 10, bytes: 10_000, bytesPerResource: 10_000 }
let folder: string
let path: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fairlead-journal-'))
  path = join(folder, 'objects.db')
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const open = () => new JournaledStorage({ journal: new SqliteJournal(path), history })

it('gives back what deleted objects have taken, and bounds the log', () => {
  const storage = open()
  const key = (index: number) => ({ resource: 'things', namespace: '', name: `n${index}` })
  const text = 'x'.repeat(8_000)
  for (let index = 0; index < 2_000; index++) {
    const metadata = { name: `n${index}` }
    storage.create(key(index), { apiVersion: 'v1', kind: 'Thing', metadata, text })
  }
  const full = storage.bytesOnDisk
  expect(full).toBeGreaterThan(2_000 * 8_000)
  expect(full).toBeLessThan(2 * 2_000 * 8_000)
  for (let index = 0; index < 2_000; index++) {
    storage.delete(key(index), storage.get(key(index))?.metadata.resourceVersion ?? '')
  }
  storage.close()
  const after = open()
  expect(after.bytesOnDisk).toBeLessThan(full / 2)
  after.close()
})

it('refuses a file of a later version, and takes one of before', () => {
  open().close()
  const database = new DatabaseSync(path)
  database.exec('PRAGMA user_version = 0')
  database.close()
  open().close()
  const later = new DatabaseSync(path)
  later.exec('PRAGMA user_version = 2')
  later.close()
  expect(open).toThrow('it was written by a later version of Fairlead')
})
