import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { DataDirError, openDataDir } from './data-dir.ts'

let parent: string
beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), 'fairlead-data-dir-'))
})
afterEach(() => rmSync(parent, { recursive: true, force: true }))

describe('openDataDir', () => {
  it('creates the folder for its owner alone and knows the first start', () => {
    const first = openDataDir(join(parent, 'a/b'))
    expect(statSync(first.path).mode & 0o777).toBe(0o700)
    expect(first.isNew).toBe(true)
    first.release()
    expect(openDataDir(join(parent, 'a/b')).isNew).toBe(true)
  })

  it('is not new once the first start was marked complete', () => {
    const first = openDataDir(parent)
    first.markStarted()
    first.release()
    expect(openDataDir(parent).isNew).toBe(false)
  })

  it('refuses a folder that a living process holds, and names it', () => {
    writeFileSync(join(parent, 'lock'), String(process.ppid))
    expect(() => openDataDir(parent)).toThrow(DataDirError)
    expect(() => openDataDir(parent)).toThrow(`in use by process ${process.ppid}`)
  })

  it('takes over the lock of a process that is gone', () => {
    writeFileSync(join(parent, 'lock'), '999999999')
    const taken = openDataDir(parent)
    taken.release()
    expect(existsSync(join(parent, 'lock'))).toBe(false)
  })
})
