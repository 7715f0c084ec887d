import { FakeClock } from '@fairlead/base/testing'
import { expect, it } from 'vitest'
import { StoreFreeze } from './store-freeze.ts'

it('a frozen store takes no change, and lets what runs end', async () => {
  const freeze = new StoreFreeze(new FakeClock())
  const done = async () => 'done'
  expect(await freeze.guard('append', done)).toBe('done')
  freeze.ask({ ttlMs: null, isFrozen: true })
  expect(freeze.current).toBeDefined()
  for (const operation of ['append', 'remove', 'removeSubject', 'record-put', 'check'] as const) {
    await expect(freeze.guard(operation, done)).rejects.toThrow('it is frozen (spec.frozen)')
  }
  for (const operation of ['finish', 'flush', 'basis', 'response-finish'] as const) {
    expect(await freeze.guard(operation, done)).toBe('done')
  }
  freeze.ask({ ttlMs: null })
  expect(await freeze.guard('append', done)).toBe('done')
})

it('a store is frozen once the changes that had begun are made', async () => {
  const freeze = new StoreFreeze(new FakeClock())
  let end: () => void = () => {}
  const changing = freeze.guard('append', () => new Promise<void>((resolve) => (end = resolve)))
  freeze.ask({ ttlMs: null, isFrozen: true })
  expect(freeze.current).toBeUndefined()
  end()
  await changing
  expect(freeze.current).toBeDefined()
})

it('a process with an older configuration lifts no freeze, and another freeze is another one', async () => {
  const clock = new FakeClock()
  const freeze = new StoreFreeze(clock)
  freeze.ask({ ttlMs: null, isFrozen: true, generation: 2 })
  const { current } = freeze
  freeze.ask({ ttlMs: null, generation: 1 })
  freeze.ask({ ttlMs: null, isFrozen: true, generation: 2 })
  expect(freeze.current).toBe(current)
  freeze.ask({ ttlMs: null, generation: 3 })
  expect(freeze.current).toBeUndefined()
  freeze.ask({ ttlMs: null, isFrozen: true, generation: 4 })
  expect(freeze.current).not.toBe(current)
  await clock.advance(60_000)
  // Its ConversationStore was deleted and made again.
  freeze.ask({ ttlMs: null, generation: 1 })
  expect(freeze.current).toBeUndefined()
})

it('other replicas get a minute to hear of a freeze', async () => {
  const clock = new FakeClock()
  await clock.advance(1000)
  const freeze = new StoreFreeze(clock)
  freeze.ask({ ttlMs: null, isFrozen: true, generation: 2 })
  await clock.advance(59_999)
  freeze.ask({ ttlMs: null, isFrozen: true, generation: 3 })
  expect(freeze.everywhere).toBeUndefined()
  await clock.advance(1)
  expect(freeze.everywhere).toBe(freeze.current)
  expect(freeze.everywhere).toBeDefined()
})

it('a ConversationStore that was made anew is heard though nobody speaks of it again', async () => {
  const clock = new FakeClock()
  const freeze = new StoreFreeze(clock)
  freeze.ask({ ttlMs: null, isFrozen: true, generation: 4 })
  freeze.ask({ ttlMs: null, generation: 1 })
  expect(freeze.current).toBeDefined()
  await clock.advance(60_000)
  expect(await freeze.guard('append', async () => 'done')).toBe('done')
  expect(freeze.current).toBeUndefined()
})

it('a process that lags and hears in time leaves nothing behind', async () => {
  const clock = new FakeClock()
  const freeze = new StoreFreeze(clock)
  freeze.ask({ ttlMs: null, isFrozen: true, generation: 2 })
  const { current } = freeze
  freeze.ask({ ttlMs: null, generation: 1 })
  freeze.ask({ ttlMs: null, isFrozen: true, generation: 2 })
  await clock.advance(60_000)
  expect(freeze.current).toBe(current)
})
