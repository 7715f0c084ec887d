import { expect, it } from 'vitest'
import { deepFreeze } from './deep-freeze.ts'

it('deepFreeze freezes everything in a value', () => {
  const value = deepFreeze({ a: [{ b: 1 }] })
  expect(Object.isFrozen(value.a)).toBe(true)
  expect(Object.isFrozen(value.a[0])).toBe(true)
})
