import { expect, it } from 'vitest'
import { StoreFreeze } from './store-freeze.ts'

it('a frozen store takes no change, and lets what runs end', async () => {
  const freeze = new StoreFreeze()
  const done = async () => 'done'
  expect(await freeze.guard('append', done)).toBe('done')
  freeze.ask(true)
  expect(freeze.isFrozen).toBe(true)
  for (const operation of ['append', 'remove', 'removeSubject', 'record-put', 'check'] as const) {
    await expect(freeze.guard(operation, done)).rejects.toThrow('it is frozen (spec.frozen)')
  }
  for (const operation of ['finish', 'flush', 'basis', 'response-finish'] as const) {
    expect(await freeze.guard(operation, done)).toBe('done')
  }
  freeze.ask(false)
  expect(await freeze.guard('append', done)).toBe('done')
})

it('a store is frozen once the changes that had begun are made', async () => {
  const freeze = new StoreFreeze()
  let end: () => void = () => {}
  const changing = freeze.guard('append', () => new Promise<void>((resolve) => (end = resolve)))
  freeze.ask(true)
  expect(freeze.isFrozen).toBe(false)
  end()
  await changing
  expect(freeze.isFrozen).toBe(true)
})
