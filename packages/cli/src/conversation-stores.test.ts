import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { FakeClock } from '@fairlead/base/testing'
import type { ConversationStoreSettings } from '@fairlead/snapshot'
import { pino } from 'pino'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openStores } from './conversation-stores.ts'

let dataDir: string
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'fairlead-data-'))
})
afterEach(() => rmSync(dataDir, { recursive: true, force: true }))

const open = (settings: ConversationStoreSettings | undefined) =>
  openStores({
    dataDir,
    secrets: { get: () => undefined },
    clock: new FakeClock(),
    random: () => 0.5,
    logger: pino({ enabled: false }),
  })(settings)

const settings = (type: string, path?: string): ConversationStoreSettings => ({
  namespace: 'default',
  name: 'local',
  generation: 1,
  type,
  path,
  ttlMs: undefined,
})

describe('a conversation store', () => {
  it.each([
    ['no resource', undefined, 'Memory', []],
    ['Memory', settings('Memory'), 'local', []],
    ['SQLite', settings('SQLite', 'team/a.db'), 'local', ['team']],
  ])('of %s is opened under its name', async (_, chosen, name, files) => {
    const conversations = await open(chosen)
    const made = await conversations.create({ tenant: 'a', id: 'mine' })
    expect(made.ccp.store).toBe(name)
    await conversations.close()
    expect(readdirSync(dataDir)).toEqual(files)
  })

  it.each([
    ['outside the data directory', settings('SQLite', '../a.db'), 'below the data directory'],
    ['of an unknown type', settings('Rolodex'), 'use Memory or SQLite'],
  ])('%s is refused', async (_, chosen, message) => {
    await expect(open(chosen)).rejects.toThrow(message)
  })
})
