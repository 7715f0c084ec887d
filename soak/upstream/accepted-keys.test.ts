import { expect, it } from 'vitest'
import { AcceptedKeys } from './accepted-keys.ts'

it('accepts a key that was replaced for ten more seconds', () => {
  const keys = new AcceptedKeys()
  keys.replace('a', 0)
  keys.replace('b', 1000)
  expect([keys.accepts('a', 10_999), keys.accepts('b', 10_999)]).toEqual([true, true])
  expect([keys.accepts('a', 11_001), keys.accepts('b', 11_001)]).toEqual([false, true])
  expect(keys.accepts('c', 0)).toBe(false)
})
