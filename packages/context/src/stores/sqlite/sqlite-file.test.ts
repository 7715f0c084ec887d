import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  closeSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { newConversation } from '../../turns/new-conversation.ts'
import type { ContextStore } from '../context-store.ts'
import { createSqliteStore } from './sqlite-store.ts'

let folder: string
let time: { nowMs: number }
const opened: ContextStore[] = []
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fairlead-bad-days-'))
  time = { nowMs: 1000 }
})
afterEach(async () => {
  await Promise.all(opened.splice(0).map((store) => store.close()))
  rmSync(folder, { recursive: true, force: true })
})

function open(path: string, owner = 'team/chats'): ContextStore {
  const clock = { now: () => time.nowMs }
  const store = createSqliteStore({ path, owner, clock, ttlMs: undefined })
  opened.push(store)
  return store
}

function add(store: ContextStore, id: string, text = '') {
  const metadata = { text }
  const conversation = newConversation({ id, tenant: 'a', metadata, store: '', nowMs: 0 })
  return store.append({ expectedRevision: null, conversation, turns: [] })
}

async function failure(work: Promise<unknown>): Promise<string> {
  const error: unknown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  return error instanceof Error ? error.message : 'no error'
}

/** Writes until there is no space. */
function fill(path: string): void {
  const file = openSync(path, 'w')
  try {
    for (;;) writeSync(file, Buffer.alloc(4096))
  } finally {
    closeSync(file)
  }
}

/** Runs `body` with a file system of its own; not at all where none can be mounted. */
async function withFileSystem(options: string, body: (path: string) => Promise<void>) {
  const path = join(folder, 'disk')
  mkdirSync(path)
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', path], { stdio: 'ignore' })
  } catch {
    return
  }
  try {
    await body(path)
  } finally {
    await Promise.all(opened.splice(0).map((store) => store.close()))
    execFileSync('umount', [path])
  }
}

describe('a SQLite store', () => {
  it('on a full disk says so, loses nothing, and resumes when there is space', () =>
    withFileSystem('size=2m', async (disk) => {
      const store = open(join(disk, 'chats.db'))
      await add(store, 'kept')
      const ballast = join(disk, 'ballast')
      expect(() => fill(ballast)).toThrow('ENOSPC')
      let message = 'no error'
      for (let number = 1; message === 'no error'; number++) {
        message = await failure(add(store, `c${number}`, 'x'.repeat(20_000)))
      }
      expect(message).toMatch(/^ConversationStore team\/chats: the disk of .*chats\.db is full/)
      expect(await failure(store.check())).toContain('is full')
      expect(await store.conversation('a', 'kept')).toBeDefined()
      rmSync(ballast)
      await store.check()
      expect(await add(store, 'refused')).toBe('stored')
    }))

  it('in a read-only folder says so', () =>
    withFileSystem('ro', async (disk) => {
      expect(() => open(join(disk, 'chats.db'))).toThrow(
        /^ConversationStore team\/chats: .*chats\.db cannot be written: let the user/,
      )
    }))

  it('whose file was deleted or replaced says so, and opens what is there now', async () => {
    const path = join(folder, 'chats.db')
    const store = open(path)
    await add(store, 'first')
    await store.check()
    rmSync(path)
    time.nowMs += 1000
    const message = await failure(add(store, 'second'))
    expect(message).toContain('ConversationStore team/chats')
    expect(message).toContain('was deleted or replaced')
    expect(await failure(store.conversation('a', 'first'))).toContain('was deleted')
    await store.check()
    expect(await add(store, 'second')).toBe('stored')
    expect(statSync(path).size).toBeGreaterThan(0)
  })

  it('that is no database says so', async () => {
    const path = join(folder, 'chats.db')
    writeFileSync(path, 'This is a text, and not a database. '.repeat(1000))
    expect(() => open(path)).toThrow(
      /^ConversationStore team\/chats: .*chats\.db is damaged: move it away/,
    )
  })

  it('with damaged pages serves the others, and resumes with a backup', async () => {
    const path = join(folder, 'chats.db')
    const backup = join(folder, 'backup.db')
    const before = open(path)
    for (const id of ['one', 'two', 'three']) await add(before, id, id.repeat(3000))
    await before.close()
    copyFileSync(path, backup)
    const file = openSync(path, 'r+')
    const { size } = statSync(path)
    for (let at = size - 6 * 4096; at < size; at += 4096) {
      writeSync(file, Buffer.alloc(4096, 0xee), 0, 4096, at)
    }
    closeSync(file)
    const store = open(path)
    const damaged = await failure(store.list('a', { limit: 5, order: 'asc' }))
    expect(damaged).toMatch(/^ConversationStore team\/chats: .*chats\.db is damaged/)
    expect(await failure(store.check())).toBe(damaged)
    renameSync(backup, path)
    await store.check()
    expect(await store.conversation('a', 'three')).toBeDefined()
    expect(await store.list('a', { limit: 5, order: 'asc' })).toMatchObject({ next: null })
  })

  it('remembers what was erased when the file is opened anew', async () => {
    const path = join(folder, 'chats.db')
    const store = open(path)
    const { count } = await store.erasures('a', 'ada')
    await store.removeSubject('a', 'ada')
    rmSync(path)
    await store.check()
    const { ccp, ...rest } = newConversation({ id: 'c1', tenant: 'a', store: '', nowMs: 0 })
    const conversation = { ...rest, ccp: { ...ccp, subject: 'ada' } }
    const change = { expectedRevision: null, conversation, turns: [], erasures: count }
    expect(await store.append(change)).toBe('erased')
  })

  it('keeps its time to live when the file is opened anew', async () => {
    const path = join(folder, 'chats.db')
    const store = open(path)
    await store.configure({ ttlMs: 5000 })
    rmSync(path)
    await store.check()
    await add(store, 'short')
    time.nowMs += 5000
    expect(await store.conversation('a', 'short')).toBeUndefined()
  })
})

/** Opens the file, says so, and goes on until it is killed. */
const holdForever = `
  import { createSqliteStore } from '${new URL('./sqlite-store.ts', import.meta.url).href}'
  createSqliteStore({ path: process.argv[1], owner: 'team/other', clock: Date, ttlMs: undefined })
  process.stdout.write('open')
  process.stdin.resume()
`

describe('the file of a SQLite store', () => {
  it('belongs to one ConversationStore', async () => {
    const path = join(folder, 'chats.db')
    const first = open(path)
    expect(() => open(path, 'shop/orders')).toThrow(
      `ConversationStore shop/orders: ${path} is in use by ConversationStore team/chats: give each`,
    )
    expect(await add(first, 'one')).toBe('stored')
    await first.close()
    expect(await open(path, 'shop/orders').conversation('a', 'one')).toBeDefined()
  })

  it('belongs to one process, and to none that was killed', async () => {
    const path = join(folder, 'chats.db')
    const child = spawn(
      process.execPath,
      ['--conditions=source', '--input-type=module', '--eval', holdForever, path],
      { stdio: ['pipe', 'pipe', 'inherit'] },
    )
    await once(child.stdout, 'data')
    expect(() => open(path)).toThrow(
      `is in use by ConversationStore team/other in process ${child.pid}`,
    )
    child.kill('SIGKILL')
    await once(child, 'close')
    expect(await add(open(path), 'one')).toBe('stored')
  })
})
