import { describe, expect, it } from 'vitest'
import { StatusError } from '../status-error.ts'
import { applyJsonPatch } from './json-patch.ts'

function codeOf(act: () => unknown): number {
  try {
    act()
  } catch (error) {
    if (error instanceof StatusError) return error.code
    throw error
  }
  return 200
}

describe('applyJsonPatch', () => {
  const valid: [name: string, document: unknown, patch: unknown[], expected: unknown][] = [
    ['adds a member', { a: 1 }, [{ op: 'add', path: '/b', value: 2 }], { a: 1, b: 2 }],
    ['adds into a list', [1, 3], [{ op: 'add', path: '/1', value: 2 }], [1, 2, 3]],
    ['appends to a list', [1], [{ op: 'add', path: '/-', value: 2 }], [1, 2]],
    ['adds at the end by index', [1], [{ op: 'add', path: '/1', value: 2 }], [1, 2]],
    ['replaces the whole document', { a: 1 }, [{ op: 'replace', path: '', value: [] }], []],
    ['replaces a member', { a: 1 }, [{ op: 'replace', path: '/a', value: null }], { a: null }],
    ['removes a member', { a: 1, b: 2 }, [{ op: 'remove', path: '/a' }], { b: 2 }],
    ['removes an item', [1, 2, 3], [{ op: 'remove', path: '/1' }], [1, 3]],
    [
      'moves',
      { a: { b: 1 }, c: {} },
      [{ op: 'move', from: '/a/b', path: '/c/d' }],
      { a: {}, c: { d: 1 } },
    ],
    ['copies', { a: [1] }, [{ op: 'copy', from: '/a', path: '/b' }], { a: [1], b: [1] }],
    [
      'tests',
      { a: { b: [1] } },
      [{ op: 'test', path: '/a', value: { b: [1] } }],
      { a: { b: [1] } },
    ],
    ['tests for absence', { a: 1 }, [{ op: 'test', path: '/b', value: null }], { a: 1 }],
    [
      'decodes pointers',
      { 'a/b': { '~': 1 } },
      [{ op: 'remove', path: '/a~1b/~0' }],
      { 'a/b': {} },
    ],
    ['replaces what is missing', {}, [{ op: 'replace', path: '/a', value: 1 }], { a: 1 }],
    ['copies what is missing', {}, [{ op: 'copy', from: '/a', path: '/b' }], { b: null }],
    ['adds null without a value', {}, [{ op: 'add', path: '/a' }], { a: null }],
    ['removes from the end', [1, 2, 3], [{ op: 'remove', path: '/-2' }], [1, 3]],
    ['adds from the end', [1, 2], [{ op: 'add', path: '/-1', value: 3 }], [1, 2, 3]],
    ['reads indexes as Go does', [1, 2], [{ op: 'remove', path: '/+01' }], [1]],
    ['begins behind the first slash', { a: 1 }, [{ op: 'remove', path: 'x/a' }], {}],
    [
      'keeps a document for no document',
      { a: 1 },
      [{ op: 'replace', path: '', value: 1 }],
      { a: 1 },
    ],
    ['decodes escapes once', { '~1': 1 }, [{ op: 'remove', path: '/~01' }], {}],
  ]
  it.each(valid)('%s', (_, document, patch, expected) => {
    const before = structuredClone(document)
    expect(applyJsonPatch(document, patch)).toEqual(expected)
    expect(document).toEqual(before)
  })

  it('treats __proto__ as a member like any other', () => {
    const patched = applyJsonPatch({}, [{ op: 'add', path: '/__proto__', value: { x: 1 } }])
    expect(JSON.stringify(patched)).toBe('{"__proto__":{"x":1}}')
    expect(({} as Record<string, unknown>)['x']).toBeUndefined()
    expect(codeOf(() => applyJsonPatch({}, [{ op: 'add', path: '/__proto__/x', value: 1 }]))).toBe(
      422,
    )
  })

  it('does not share copied values', () => {
    const patch = [
      { op: 'copy', from: '/a', path: '/b' },
      { op: 'add', path: '/b/x', value: 1 },
    ]
    expect(applyJsonPatch({ a: {} }, patch)).toEqual({ a: {}, b: { x: 1 } })
  })

  it.each([
    ['a missing parent', [{ op: 'add', path: '/x/y', value: 1 }]],
    ['removing what is missing', [{ op: 'remove', path: '/x' }]],
    ['no operation of the standard', [{ op: 'frob', path: '' }]],
    ['no pointer', [{ op: 'remove', path: 'a' }]],
    ['no source', [{ op: 'copy', path: '/a' }]],
    ['an index out of range', [{ op: 'remove', path: '/list/5' }]],
    ['an index that is no number', [{ op: 'remove', path: '/list/0x0' }]],
    ['a negative index out of range', [{ op: 'remove', path: '/list/-2' }]],
    ['adding the whole document', [{ op: 'add', path: '', value: {} }]],
    ['nothing', [null]],
    ['the place behind the end', [{ op: 'replace', path: '/list/-', value: 1 }]],
    ['a failed test', [{ op: 'test', path: '/list', value: [] }]],
    ['moving into itself', [{ op: 'move', from: '/list', path: '/list/0' }]],
    [
      'growing without end',
      Array.from({ length: 25 }, () => ({ op: 'copy', from: '/big', path: '/big/-' })),
    ],
  ])('is unprocessable: %s', (_, patch) => {
    const document = { list: [1], big: [Array.from({ length: 1000 }, () => 'x'.repeat(10))] }
    expect(codeOf(() => applyJsonPatch(document, patch))).toBe(422)
  })

  it.each([
    ['no list', {}],
    ['no object', [1]],
  ])('is a bad request: %s', (_, patch) => {
    expect(codeOf(() => applyJsonPatch({}, patch))).toBe(400)
  })

  it('is too large with more than 10000 operations', () => {
    const patch = Array.from({ length: 10_001 }, () => ({ op: 'test', path: '/a', value: null }))
    expect(codeOf(() => applyJsonPatch({}, patch))).toBe(413)
  })
})
