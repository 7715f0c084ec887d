import { describe, expect, it } from 'vitest'
import { applyMergePatch, createMergePatch } from './merge-patch.ts'

describe('applyMergePatch', () => {
  // The examples of RFC 7386, appendix A.
  it.each([
    [{}, { a: [{ b: null, c: 1 }, null, [{ d: null }]] }, { a: [{ c: 1 }, null, [{}]] }],
    [{ a: 'b' }, { a: 'c' }, { a: 'c' }],
    [{ a: 'b' }, { b: 'c' }, { a: 'b', b: 'c' }],
    [{ a: 'b' }, { a: null }, {}],
    [{ a: 'b', b: 'c' }, { a: null }, { b: 'c' }],
    [{ a: ['b'] }, { a: 'c' }, { a: 'c' }],
    [{ a: 'c' }, { a: ['b'] }, { a: ['b'] }],
    [{ a: { b: 'c' } }, { a: { b: 'd', c: null } }, { a: { b: 'd' } }],
    [{ a: [{ b: 'c' }] }, { a: [1] }, { a: [1] }],
    [
      ['a', 'b'],
      ['c', 'd'],
      ['c', 'd'],
    ],
    [{ a: 'b' }, ['c'], ['c']],
    [{ a: 'foo' }, null, null],
    [{ a: 'foo' }, 'bar', 'bar'],
    [{ e: null }, { a: 1 }, { e: null, a: 1 }],
    [[1, 2], { a: 'b', c: null }, { a: 'b' }],
    [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
  ])('%j with %j is %j', (document, patch, expected) => {
    expect(applyMergePatch(document, patch)).toEqual(expected)
  })
})

describe('createMergePatch', () => {
  it.each([
    ['nothing', { a: 1 }, { a: 1 }, {}],
    ['a change', { a: 1, b: { c: 1, d: 2 } }, { a: 1, b: { c: 2, d: 2 } }, { b: { c: 2 } }],
    ['a removal', { a: 1, b: { c: 1 } }, { b: {} }, { a: null, b: { c: null } }],
    ['a new object', {}, { a: { b: 1 } }, { a: { b: 1 } }],
    ['another type', { a: [1] }, { a: { b: 1 } }, { a: { b: 1 } }],
    ['a list as a whole', { a: [1, 2] }, { a: [2] }, { a: [2] }],
  ])('describes %s', (_, from, to, patch) => {
    expect(createMergePatch(from, to)).toEqual(patch)
    expect(applyMergePatch(from, patch)).toEqual(to)
  })
})
