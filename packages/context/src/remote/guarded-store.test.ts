import { silentLogger } from '@fairlead/base'
import { FakeClock } from '@fairlead/base/testing'
import { expect, it } from 'vitest'
import { createMemoryStore } from '../stores/memory/memory-store.ts'
import { StoreOwner } from './store-owner.ts'

it('what the owner itself changes is refused where the store is frozen, and read as before', async () => {
  const clock = new FakeClock()
  const owner = new StoreOwner({
    open: async () => createMemoryStore({ clock, ttlMs: undefined }),
    keyOf: String,
    clock,
    logger: silentLogger,
  })
  const owned = await owner.open('the one')
  const { guarded } = owned
  const record = {
    kind: 'note',
    tenant: 't',
    owner: 'subject:user:1',
    id: 'n',
    body: {},
    expiresAtMs: null,
  }
  expect(await guarded.records.put(record, null)).toBe(true)
  await owned.configure({ ttlMs: null, isFrozen: true })
  const refused = 'it is frozen (spec.frozen)'
  await expect(guarded.records.put(record, 1)).rejects.toThrow(refused)
  await expect(guarded.records.remove(record)).rejects.toThrow(refused)
  await expect(guarded.remove('t', 'c')).rejects.toThrow(refused)
  await expect(guarded.responses.remove('t', 'r')).rejects.toThrow(refused)
  expect(await guarded.records.load(record)).toMatchObject({ version: 1 })
  expect(await guarded.conversation('t', 'c')).toBeUndefined()
  await owned.configure({ ttlMs: null })
  expect(await guarded.records.remove(record)).toBe(true)
  await owner.close()
})
