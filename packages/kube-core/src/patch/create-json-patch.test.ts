import { parseJson } from '@fairlead/base'
import { describe, expect, test } from 'vitest'

import { createJsonPatch } from './create-json-patch.ts'
import { applyJsonPatch } from './json-patch.ts'

describe('names what differs and nothing else', () => {
  test.each<[string, unknown, unknown, unknown[]]>([
    ['equal documents', { a: [1, { b: 2 }] }, { a: [1, { b: 2 }] }, []],
    [
      'a field more, one less, one changed',
      { kept: 1, gone: 2, spec: { replicas: 1 } },
      { kept: 1, spec: { replicas: 3 }, added: { x: [] } },
      [
        { op: 'remove', path: '/gone' },
        { op: 'replace', path: '/spec/replicas', value: 3 },
        { op: 'add', path: '/added', value: { x: [] } },
      ],
    ],
    [
      'a member that is undefined',
      { a: 1, b: undefined },
      { a: undefined, b: 1 },
      [
        { op: 'remove', path: '/a' },
        { op: 'add', path: '/b', value: 1 },
      ],
    ],
    [
      'null',
      { a: null, b: 1 },
      { a: 1, b: null },
      [
        { op: 'replace', path: '/a', value: 1 },
        { op: 'replace', path: '/b', value: null },
      ],
    ],
    [
      'names that need an escape',
      { 'a/b~c': 1 },
      { 'a/b~c': 2 },
      [{ op: 'replace', path: '/a~1b~0c', value: 2 }],
    ],
    ['another type', { a: [1] }, { a: { 0: 1 } }, [{ op: 'replace', path: '/a', value: { 0: 1 } }]],
    ['an item in front', { a: [2, 3] }, { a: [1, 2, 3] }, [{ op: 'add', path: '/a/0', value: 1 }]],
    [
      'items from the middle',
      { a: [1, 2, 3, 4] },
      { a: [1, 4] },
      [
        { op: 'remove', path: '/a/2' },
        { op: 'remove', path: '/a/1' },
      ],
    ],
    [
      'a field of an item',
      { a: [{ n: 1 }, { n: 2 }] },
      { a: [{ n: 1 }, { n: 2, x: 1 }] },
      [{ op: 'add', path: '/a/1/x', value: 1 }],
    ],
    [
      'an item at the end',
      { a: [] },
      { a: [1, 2] },
      [
        { op: 'add', path: '/a/0', value: 1 },
        { op: 'add', path: '/a/1', value: 2 },
      ],
    ],
    ['the whole document', 1, 2, [{ op: 'replace', path: '', value: 2 }]],
  ])('%s', (_name, from, to, patch) => {
    expect(createJsonPatch(from, to)).toEqual(patch)
  })
})

test('a number in its own spelling is replaced as it stands', () => {
  const [operation] = createJsonPatch(parseJson('{"a":1e2}'), parseJson('{"a":1.50}'))
  expect(JSON.stringify(operation)).toBe('{"op":"replace","path":"/a","value":1.50}')
  expect(createJsonPatch(parseJson('{"a":1.50}'), parseJson('{"a":1.50}'))).toEqual([])
})

test('__proto__ is a member like any other', () => {
  const from: unknown = JSON.parse('{"__proto__":{"a":1}}')
  expect(createJsonPatch(from, {})).toEqual([{ op: 'remove', path: '/__proto__' }])
  expect(createJsonPatch({}, from)).toEqual([{ op: 'add', path: '/__proto__', value: { a: 1 } }])
})

test('what it makes, applied, gives the other document, for documents of any shape', () => {
  const draw = sequenceOf(7)
  for (let round = 0; round < 2000; round += 1) {
    const from = value(draw, 4)
    const to = draw() < 0.5 ? value(draw, 4) : altered(from, draw)
    const wrapped = (document: unknown) => ({ document })
    const patch = createJsonPatch(wrapped(from), wrapped(to))
    expect(applyJsonPatch(wrapped(from), patch)).toEqual(wrapped(to))
  }
})

/** A plain linear congruential generator: the same documents in every run. */
function sequenceOf(seed: number): () => number {
  let state = seed
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648
    return state / 2_147_483_648
  }
}

function value(draw: () => number, depth: number): unknown {
  const sort = draw()
  if (depth === 0 || sort < 0.3) return Math.floor(draw() * 4)
  if (sort < 0.4) return null
  if (sort < 0.7) return Array.from({ length: draw() * 5 }, () => value(draw, depth - 1))
  const names = ['a', 'b', '/', '~']
  return Object.fromEntries(
    names.filter(() => draw() < 0.6).map((name) => [name, value(draw, depth - 1)]),
  )
}

/** The same with a list cut, grown or changed somewhere. */
function altered(document: unknown, draw: () => number): unknown {
  if (Array.isArray(document)) {
    const items: unknown[] = document.map((item: unknown) =>
      draw() < 0.3 ? altered(item, draw) : item,
    )
    items.splice(draw() * items.length, draw() * 2, ...(draw() < 0.5 ? [value(draw, 1)] : []))
    return items
  }
  if (typeof document !== 'object' || document === null) return value(draw, 1)
  return Object.fromEntries(
    Object.entries(document).map(([name, field]) => [
      name,
      draw() < 0.5 ? altered(field, draw) : field,
    ]),
  )
}
