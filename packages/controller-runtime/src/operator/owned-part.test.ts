import { describe, expect, it } from 'vitest'
import { covers, ownedPart } from './owned-part.ts'

describe('ownedPart', () => {
  it('is what is at the fields that are desired', () => {
    const actual = { spec: { a: 1, b: 2, deep: { x: 1, y: 2 } }, status: {} }
    expect(ownedPart({ spec: { a: 5, deep: { y: 0 } } }, actual)).toEqual({
      spec: { a: 1, deep: { y: 2 } },
    })
  })

  it('has lists whole, so that no change in one is missed', () => {
    const actual = { list: [{ name: 'a', image: '1', extra: true }, { name: 'b' }] }
    expect(ownedPart({ list: [{ name: 'a' }] }, actual)).toEqual(actual)
  })

  it('has nothing of what is not there', () => {
    expect(ownedPart({ a: { b: 1 } }, undefined)).toBeUndefined()
    expect(ownedPart({ a: { b: 1 }, c: undefined }, {})).toEqual({ a: undefined })
  })
})

describe('covers', () => {
  it.each<[string, unknown, unknown]>([
    ['the same', { a: [1, { b: 'x' }] }, { a: [1, { b: 'x' }] }],
    ['defaults beside it', { a: [{ name: 'x' }] }, { a: [{ name: 'x', port: 1 }], b: 2 }],
    [
      'quantities in the form of the server',
      { cpu: '1000m', memory: '0.5Gi', n: 2 },
      {
        cpu: '1',
        memory: '512Mi',
        n: '2',
      },
    ],
    ['what is empty, left out', { a: '', b: {}, c: [], d: null, e: { f: '' } }, {}],
    ['what is not given', { a: undefined }, {}],
  ])('%s', (_case, desired, actual) => {
    expect(covers(desired, actual)).toBe(true)
  })

  it.each<[string, unknown, unknown]>([
    ['another value', { a: 1 }, { a: 2 }],
    ['a field that is gone', { a: { b: 1 } }, { a: {} }],
    ['a false that is gone', { a: false }, {}],
    ['a zero that is gone', { a: 0 }, {}],
    ['an item more', { a: ['x'] }, { a: ['x', 'y'] }],
    ['an item less', { a: ['x', 'y'] }, { a: ['x'] }],
    ['another order', { a: ['x', 'y'] }, { a: ['y', 'x'] }],
    ['another quantity', { cpu: '1000m' }, { cpu: '2' }],
    ['a list in place of an object', { a: {} }, { a: [] }],
    ['an object in place of a text', { a: 'x' }, { a: {} }],
  ])('but not %s', (_case, desired, actual) => {
    expect(covers(desired, actual)).toBe(false)
  })
})
