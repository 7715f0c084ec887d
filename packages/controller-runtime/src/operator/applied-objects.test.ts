import { FakeClock } from '@fairlead/base/testing'
import { describe, expect, it } from 'vitest'
import { AppliedObjects } from './applied-objects.ts'

const applied = { hash: 'h', desired: { cpu: '1000m' }, actual: { cpu: '1', more: 1 } }

describe('AppliedObjects', () => {
  it('knows what the server has made of what was applied', () => {
    const objects = new AppliedObjects(new FakeClock())
    expect(objects.isIntact('a', 'x', applied)).toBeUndefined()
    objects.record('a', 'x', applied)
    const others = { ...applied, actual: { cpu: '1', more: 2 } }
    expect(objects.isIntact('a', 'x', others)).toBe(true)
    expect(objects.isIntact('a', 'x', { ...applied, actual: { cpu: '2' } })).toBe(false)
    expect(objects.isIntact('a', 'x', { ...applied, hash: 'another' })).toBeUndefined()
    expect(objects.isIntact('b', 'x', applied)).toBeUndefined()
  })

  it('forgets owners that are gone, and objects that are not theirs any more', () => {
    const objects = new AppliedObjects(new FakeClock())
    for (const id of ['x', 'y']) objects.record('a', id, applied)
    objects.keepOnly('a', new Set(['x']))
    expect(objects.isIntact('a', 'x', applied)).toBe(true)
    expect(objects.isIntact('a', 'y', applied)).toBeUndefined()
    objects.forget('a')
    expect(objects.isIntact('a', 'x', applied)).toBeUndefined()
  })

  it('lets an object be applied for each generation, and otherwise ten times and then seldom', async () => {
    const clock = new FakeClock()
    const objects = new AppliedObjects(clock)
    const may = (generation: number, id = 'x') => objects.mayApply('a', id, generation)
    for (let generation = 1; generation <= 50; generation += 1) expect(may(generation)).toBe(true)
    const again = Array.from({ length: 20 }, () => may(50)).filter(Boolean)
    expect(again).toHaveLength(10)
    expect(may(50, 'y')).toBe(true)
    await clock.advance(10_000)
    expect([may(50), may(50)]).toEqual([true, false])
    expect(may(51)).toBe(true)
  })
})
