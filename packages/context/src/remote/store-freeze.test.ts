import { expect, it } from 'vitest'
import { StoreFreeze } from './store-freeze.ts'

it('a frozen store takes no change, and lets what runs end', async () => {
  const freeze = new StoreFreeze()
  const done = async () => 'done'
  expect(await freeze.guard('append', done)).toBe('done')
  freeze.ask({ ttlMs: null, isFrozen: true }, 0)
  expect(freeze.current).toBeDefined()
  for (const operation of ['append', 'remove', 'removeSubject', 'record-put', 'check'] as const) {
    await expect(freeze.guard(operation, done)).rejects.toThrow('it is frozen (spec.frozen)')
  }
  for (const operation of ['finish', 'flush', 'basis', 'response-finish'] as const) {
    expect(await freeze.guard(operation, done)).toBe('done')
  }
  freeze.ask({ ttlMs: null }, 0)
  expect(await freeze.guard('append', done)).toBe('done')
})

it('a store is frozen once the changes that had begun are made', async () => {
  const freeze = new StoreFreeze()
  let end: () => void = () => {}
  const changing = freeze.guard('append', () => new Promise<void>((resolve) => (end = resolve)))
  freeze.ask({ ttlMs: null, isFrozen: true }, 0)
  expect(freeze.current).toBeUndefined()
  end()
  await changing
  expect(freeze.current).toBeDefined()
})

it('a process with an older configuration lifts no freeze, and another freeze is another one', () => {
  const freeze = new StoreFreeze()
  freeze.ask({ ttlMs: null, isFrozen: true, generation: 2 }, 0)
  const { current } = freeze
  freeze.ask({ ttlMs: null, generation: 1 }, 0)
  freeze.ask({ ttlMs: null, isFrozen: true, generation: 2 }, 0)
  expect(freeze.current).toBe(current)
  freeze.ask({ ttlMs: null, generation: 3 }, 0)
  expect(freeze.current).toBeUndefined()
  freeze.ask({ ttlMs: null, isFrozen: true, generation: 4 }, 0)
  expect(freeze.current).not.toBe(current)
  // Its ConversationStore was deleted and made again.
  freeze.ask({ ttlMs: null, generation: 1 }, 60_000)
  expect(freeze.current).toBeUndefined()
})
