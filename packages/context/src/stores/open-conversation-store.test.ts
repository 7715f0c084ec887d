import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Clock } from '@fairlead/base'
import { FakeClock } from '@fairlead/base/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createMemoryStore } from './memory/memory-store.ts'
import { openConversationStore } from './open-conversation-store.ts'
import type { StoreSettings, StoreType } from './store-type.ts'
import { conversationStoreTypes } from './store-types.ts'
import { describeStoreContract } from './test-support/store-contract.ts'

let dataDir: string
let opened = 0
beforeAll(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'fairlead-stores-'))
})
afterAll(() => rmSync(dataDir, { recursive: true, force: true }))

const server = {
  url: 'toy://user:open-sesame@host',
  ca: undefined,
  keyPrefix: undefined,
  schema: undefined,
  maxConnections: undefined,
  deadlineMs: 1000,
}
const settingsOf = (type: string): StoreSettings => ({
  namespace: 'default',
  name: 'local',
  type,
  path: `${opened++}.db`,
  server: type === 'Toy' ? server : undefined,
  ttlMs: undefined,
  dataDir,
  member: 'replica/1',
})

/** A store type that no other file knows of: it needs a password and takes time to open. */
const toy: StoreType = {
  type: 'Toy',
  async open({ ttlMs, server: toyServer }, { clock }) {
    await Promise.resolve()
    if (toyServer?.url !== server.url) throw new Error('wrong password')
    return { ...createMemoryStore({ clock, ttlMs }), type: 'Toy' }
  },
}
const types = [...conversationStoreTypes, toy]

/** A clock for stores that tell the time and wait for nothing. */
function clockAt({ now }: Pick<Clock, 'now'>): Clock {
  return { now, monotonicMs: now, setTimer: () => ({ cancel() {} }) }
}

/** Those on servers are tested beside their sources. */
const onServers = ['Redis', 'Postgres']

for (const { type } of types.filter((one) => !onServers.includes(one.type))) {
  describeStoreContract({
    name: `listed ${type}`,
    open: ({ clock, ttlMs }) =>
      openConversationStore({ ...settingsOf(type), ttlMs }, { clock: clockAt(clock), types }),
  })
}

describe('opening a conversation store', () => {
  const parts = { clock: new FakeClock() }
  const listed = conversationStoreTypes.map(({ type }) => type).join(' or ')

  it('of a type outside the list is refused with the types of the list', async () => {
    const { message } = await failure(openConversationStore(settingsOf('Toy'), parts))
    expect(message).toBe(
      `ConversationStore default/local: spec.type "Toy" is not supported: use ${listed}`,
    )
    const withToy = openConversationStore(settingsOf('Rolodex'), { ...parts, types })
    expect((await failure(withToy)).message).toContain(`use ${listed} or Toy`)
  })

  it('rejects when the store cannot be opened', async () => {
    const outside = { ...settingsOf('SQLite'), path: '../elsewhere.db' }
    const { message } = await failure(openConversationStore(outside, parts))
    expect(message).toContain('must name a file below the data directory')
    const locked = { ...settingsOf('Toy'), server: { ...server, url: 'toy://host' } }
    const toyFailure = await failure(openConversationStore(locked, { ...parts, types }))
    expect(toyFailure.message).toBe('wrong password')
  })
})

async function failure(work: Promise<unknown>): Promise<Error> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  if (!(error instanceof Error)) throw new Error(`expected an Error, got ${String(error)}`)
  return error
}
