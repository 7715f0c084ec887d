import { describe, expect, it } from 'vitest'
import { decodeFieldSet, encodeFieldSet } from './fields-v1.ts'
import { formatPath } from './path-element.ts'

function pathsOf(fields: unknown): string[] {
  return [...decodeFieldSet(fields).paths()].map(formatPath)
}

describe('the wire form of a set of fields', () => {
  it.each([
    ['a leaf', { 'f:a': {} }, ['.a']],
    ['a parent that is not a member', { 'f:a': { 'f:b': {} } }, ['.a.b']],
    ['a parent that is a member', { 'f:a': { '.': {}, 'f:b': {} } }, ['.a', '.a.b']],
    ['a list item', { 'k:{"name":"x","port":80}': { 'f:y': {} } }, ['[name="x",port=80].y']],
    ['a set member', { 'v:"x"': {}, 'v:1': {}, 'v:true': {} }, ['[=1]', '[="x"]', '[=true]']],
    ['an index', { 'i:10': {}, 'i:9': {} }, ['[9]', '[10]']],
    ['a name with special characters', { 'f:a.b/c:d': {} }, ['.a.b/c:d']],
  ])('reads %s', (_, fields, paths) => {
    expect(pathsOf(fields)).toEqual(paths)
    expect(encodeFieldSet(decodeFieldSet(fields))).toEqual(fields)
  })

  it('brings keys into canonical form', () => {
    const fields = { 'k:{ "port": 80, "name": "a<b" }': {} }
    expect(Object.keys(encodeFieldSet(decodeFieldSet(fields)))).toEqual([
      'k:{"name":"a\\u003cb","port":80}',
    ])
  })

  it('ignores kinds of steps from the future', () => {
    expect(pathsOf({ 'z:new': {}, 'f:a': {} })).toEqual(['.a'])
  })

  it.each([
    ['a key without a kind', { a: {} }],
    ['a key without a colon', { abc: {} }],
    ['broken JSON', { 'k:{': {} }],
    ['a value that is no object', { 'f:a': 1 }],
  ])('rejects %s', (_, fields) => {
    expect(() => decodeFieldSet(fields)).toThrow(SyntaxError)
  })

  const a = decodeFieldSet({ 'f:a': { '.': {}, 'f:b': {}, 'f:c': {} }, 'f:d': {} })
  const b = decodeFieldSet({ 'f:a': { '.': {}, 'f:b': {} }, 'f:e': {} })

  it.each([
    ['union', a.union(b), ['.a', '.d', '.e', '.a.b', '.a.c']],
    ['intersection', a.intersection(b), ['.a', '.a.b']],
    ['difference', a.difference(b), ['.d', '.a.c']],
    ['recursive difference', a.recursiveDifference(b), ['.d']],
  ])('forms the %s', (_, set, paths) => {
    expect([...set.paths()].map(formatPath)).toEqual(paths)
  })

  it('knows its members', () => {
    expect(a.has(['f:a', 'f:b'])).toBe(true)
    expect(a.has(['f:a', 'f:x'])).toBe(false)
    expect(a.has([])).toBe(false)
  })
})
