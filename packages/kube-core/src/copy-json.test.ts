import { describe, expect, it } from 'vitest'
import { copyJson, copyUnfrozen } from './copy-json.ts'

describe('copyUnfrozen', () => {
  it('shares what is frozen and copies the rest', () => {
    const value = { a: Object.freeze([1]), b: { c: [2] } }
    const copy = copyUnfrozen(value)
    expect(copy).toEqual(value)
    expect(copy.a).toBe(value.a)
    expect(copy.b.c).not.toBe(value.b.c)
  })
})

describe('copyJson', () => {
  it('copies all the way down, frozen or not', () => {
    const value = Object.freeze({ a: Object.freeze([1, { b: null }]), c: 'x', d: undefined })
    const copy = copyJson(value)
    expect(copy).toStrictEqual(value)
    expect(copy).not.toBe(value)
    expect(copy.a).not.toBe(value.a)
    expect(Object.isFrozen(copy.a)).toBe(false)
  })

  it('gives other values back as they are', () => {
    expect([copyJson(1), copyJson('x'), copyJson(null), copyJson(undefined)]).toEqual([
      1,
      'x',
      null,
      undefined,
    ])
  })

  it('takes __proto__ as a member like any other', () => {
    const value = JSON.parse('{"__proto__": {"x": 1}}') as object
    const copy = copyJson(value)
    expect(Object.keys(copy)).toEqual(['__proto__'])
    expect('x' in copy).toBe(false)
  })
})
