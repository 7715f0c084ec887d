import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect, it } from 'vitest'
import { openIndexFile } from './schema.ts'

it('a database of something else is refused, and stays as it is', () => {
  const folder = mkdtempSync(join(tmpdir(), 'fairlead-knowledge-'))
  const path = join(folder, 'conversations.db')
  try {
    const other = new DatabaseSync(path)
    other.exec('CREATE TABLE turns (id TEXT)')
    expect(() => openIndexFile(path)).toThrow('is the database of something else')
    const tables = other.prepare('SELECT name FROM sqlite_schema').all()
    expect(tables).toMatchObject([{ name: 'turns' }])
    other.close()
  } finally {
    rmSync(folder, { recursive: true })
  }
})

it('a file of another owner is made anew', () => {
  const folder = mkdtempSync(join(tmpdir(), 'fairlead-knowledge-'))
  const path = join(folder, 'kb.db')
  const named = "SELECT value FROM settings WHERE name = 'model'"
  try {
    const first = openIndexFile(path, 'team-a/kb')
    first.exec("INSERT INTO settings (name, value) VALUES ('model', 'small')")
    first.close()
    const again = openIndexFile(path, 'team-a/kb')
    expect(again.prepare(named).all()).toHaveLength(1)
    again.close()
    const other = openIndexFile(path, 'team-b/kb')
    expect(other.prepare(named).all()).toEqual([])
    other.close()
  } finally {
    rmSync(folder, { recursive: true })
  }
})
