import { describe, expect, it } from 'vitest'
import { orderByKey } from './rendezvous-order.ts'

const keys = Array.from({ length: 4000 }, (_, index) => `key-${index}`)
const targetsOf = (weights: Readonly<Record<string, number>>) =>
  Object.entries(weights).map(([name, weight]) => ({ name, weight }))
const homeOf = (targets: ReturnType<typeof targetsOf>, key: string) =>
  orderByKey(targets, key)[0]?.name

describe('targets ordered by a key', () => {
  it('are the same for the same key, however they are listed', () => {
    const targets = targetsOf({ a: 1, b: 2, c: 3 })
    for (const key of keys.slice(0, 100)) {
      expect(orderByKey(targets.toReversed(), key)).toEqual(orderByKey(targets, key))
    }
  })

  it('share the keys by their weights', () => {
    const targets = targetsOf({ a: 90, b: 10, spare: 0 })
    const homes = keys.map((key) => homeOf(targets, key))
    const share = homes.filter((name) => name === 'b').length / keys.length
    expect(share).toBeGreaterThan(0.085)
    expect(share).toBeLessThan(0.115)
    expect(homes).not.toContain('spare')
  })

  it('keep their keys when another one goes', () => {
    const before = targetsOf({ a: 1, b: 1, c: 1, d: 1 })
    const after = before.filter(({ name }) => name !== 'c')
    const moved = keys.filter((key) => homeOf(before, key) !== homeOf(after, key))
    expect(moved.length).toBeGreaterThan(0)
    expect(moved.every((key) => homeOf(before, key) === 'c')).toBe(true)
    // Those of the one that went are shared by all others.
    expect(new Set(moved.map((key) => homeOf(after, key))).size).toBe(3)
  })

  it('lose keys only to a target that gains weight', () => {
    const before = targetsOf({ a: 1, b: 1, c: 1 })
    const after = targetsOf({ a: 1, b: 2, c: 1 })
    const moved = keys.filter((key) => homeOf(before, key) !== homeOf(after, key))
    expect(moved.every((key) => homeOf(after, key) === 'b')).toBe(true)
  })
})
