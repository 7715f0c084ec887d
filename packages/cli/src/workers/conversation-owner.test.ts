import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { silentLogger } from '@fairlead/base'
import { FakeClock } from '@fairlead/base/testing'
import { RemoteStores } from '@fairlead/context'
import type { ConversationStoreSettings } from '@fairlead/snapshot'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { conversationOwner } from './conversation-owner.ts'

let dataDir: string
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'fairlead-data-'))
})
afterEach(() => rmSync(dataDir, { recursive: true, force: true }))

function ownerAndWorker() {
  const clock = new FakeClock()
  const secrets = { get: () => undefined, subscribe: () => () => {} }
  const counter = { count: async () => undefined }
  const owner = conversationOwner({
    dataDir,
    replica: 'here',
    secrets,
    counter,
    clock,
    logger: silentLogger,
  })
  const stores: RemoteStores = new RemoteStores({
    clock,
    send: (requests) => client.receive(requests),
  })
  const client = owner.connect((news) => stores.receive(news))
  return { owner, stores }
}

const settings = (
  type: string,
  path?: string,
  change: Partial<ConversationStoreSettings> = {},
): ConversationStoreSettings => ({
  namespace: 'default',
  name: 'local',
  generation: 1,
  type,
  path,
  server: undefined,
  encryption: undefined,
  isFrozen: false,
  ttlMs: undefined,
  ...change,
})

describe('the stores of a machine', () => {
  it.each([
    ['no resource', null, 'Memory', []],
    ['Memory', settings('Memory'), 'Memory', []],
    ['SQLite', settings('SQLite', 'team/a.db'), 'SQLite', ['team']],
  ])('of %s are opened by the owner', async (_, chosen, type, files) => {
    const { owner, stores } = ownerAndWorker()
    expect((await stores.open(chosen)).type).toBe(type)
    expect(await (await stores.open(chosen)).conversation('a', 'nobody')).toBeUndefined()
    await owner.close()
    expect(readdirSync(dataDir)).toEqual(files)
  })

  it('are refused on the file of another, whose name is told', async () => {
    const { owner, stores } = ownerAndWorker()
    await stores.open(settings('SQLite', 'a.db'))
    const other = settings('SQLite', './a.db', { namespace: 'shop', name: 'orders' })
    await expect(stores.open(other)).rejects.toThrow(
      /^ConversationStore shop\/orders: .*a\.db is in use by ConversationStore default\/local/,
    )
    await owner.close()
  })

  it('are the same when only other settings change', async () => {
    const { owner, stores } = ownerAndWorker()
    await stores.open(settings('SQLite', 'a.db'))
    // A second connection would wait for this one.
    await stores.open(settings('SQLite', 'a.db', { generation: 2, ttlMs: 1000 }))
    await owner.close()
    expect(readdirSync(dataDir)).toEqual(['a.db', 'a.db-lock'])
  })

  it.each([
    ['outside the data directory', settings('SQLite', '../a.db'), 'below the data directory'],
    ['of an unknown type', settings('Rolodex'), 'use Memory or SQLite'],
  ])('%s is refused', async (_, chosen, message) => {
    const { stores } = ownerAndWorker()
    await expect(stores.open(chosen)).rejects.toThrow(message)
  })
})
