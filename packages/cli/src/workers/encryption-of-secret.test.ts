import { randomBytes } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Logger, silentLogger } from '@fairlead/base'
import { FakeClock } from '@fairlead/base/testing'
import type { ContextStore } from '@fairlead/context'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openStoreOfSecrets } from './store-of-secrets.ts'

const key = { namespace: 'team', name: 'chats', key: 'key' }
const previousKey = { ...key, key: 'previous-key' }
const newKey = () => randomBytes(32).toString('base64')

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fairlead-encryption-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** A store in a file, and the Secret with its keys. */
function chats() {
  const values = new Map<string, string>()
  const listeners = new Set<() => void>()
  const logged: string[] = []
  const log = (...entry: readonly unknown[]) => void logged.push(JSON.stringify(entry))
  const logger: Logger = { ...silentLogger, info: log, warn: log, error: log }
  return {
    values,
    logged,
    changed: () => listeners.forEach((listener) => listener()),
    open: (isEncrypted = true) =>
      openStoreOfSecrets({
        settings: {
          namespace: 'team',
          name: 'chats',
          type: 'SQLite',
          path: 'chats.db',
          server: undefined,
          encryption: isEncrypted ? { key, previousKey } : undefined,
          isFrozen: false,
          ttlMs: undefined,
        },
        dataDir: folder,
        member: 'replica/1',
        secrets: {
          get: (ref) => values.get(ref.key),
          subscribe(listener) {
            listeners.add(listener)
            return () => listeners.delete(listener)
          },
        },
        clock: new FakeClock(),
        logger,
      }),
  }
}

const note = { tenant: 'a', kind: 'note', owner: 'subject:anna', id: 'n', expiresAtMs: null }
const remember = (store: ContextStore) =>
  store.records.put({ ...note, body: { text: 'likes xylophones' } }, null)
const remembered = async (store: ContextStore) => (await store.records.load(note))?.body['text']

describe('a store whose encryption is named in a Secret', () => {
  it('keeps nothing readable in its file, and is read with its key', async () => {
    const { open, values } = chats()
    values.set('key', ` ${newKey()}\n`)
    const store = await open()
    await remember(store)
    await store.close()
    for (const name of readdirSync(folder)) {
      const bytes = readFileSync(join(folder, name)).toString('latin1')
      expect(bytes).not.toMatch(/xylophone|anna/)
    }
    const again = await open()
    expect(await remembered(again)).toBe('likes xylophones')
    await again.close()
  })

  it('goes on with another key, while it is open and later', async () => {
    const { changed, logged, open, values } = chats()
    const [first, second, third] = [newKey(), newKey(), newKey()]
    values.set('key', first)
    const store = await open()
    await remember(store)
    values.set('key', second)
    changed()
    await expect
      .poll(() => logged.some((line) => line.includes('wrapped by the current key')))
      .toBe(true)
    await store.close()
    values.set('key', third)
    values.set('previous-key', second)
    const again = await open()
    expect(await remembered(again)).toBe('likes xylophones')
    await again.close()
    values.delete('previous-key')
    const last = await open()
    expect(await remembered(last)).toBe('likes xylophones')
    await last.close()
    expect(logged.join()).not.toContain(second)
  })

  it('says what is missing, and never the key', async () => {
    const { open, values } = chats()
    await expect(open()).rejects.toThrow('no Secret team/chats with a key "key"')
    values.set('key', 'hunter2')
    await expect(open()).rejects.toThrow(
      'ConversationStore team/chats: the key of the encryption is not',
    )
    values.set('key', newKey())
    const store = await open()
    await remember(store)
    await store.close()
    values.set('key', newKey())
    await expect(open()).rejects.toThrow('put it back there')
    await expect(open(false)).rejects.toThrow('has no spec.encryption')
  })
})
