import { expect, it } from 'vitest'

import { inParts, partLength } from './in-parts.ts'
import { indented, jsonPieces } from './json-pieces.ts'
import { longList } from './long-list.ts'

function textOf(object: unknown, isPretty = false): string {
  const list = longList(object)
  if (list === undefined) throw new Error('this is no long list')
  return [...jsonPieces(list, isPretty)].join('')
}

const many = (count: number, element: unknown) => Array.from({ length: count }, () => element)

it.each([
  { kind: 'PodList', metadata: {}, items: many(30, { name: 'é', of: [{}, [], 'a\nb'] }) },
  { items: many(16, null) },
])('gives the same text as the whole, with the list at its end', (object) => {
  expect(textOf(object)).toBe(`${JSON.stringify(object)}\n`)
  expect(textOf(object, true)).toBe(indented(object))
})

it('gives the same value wherever the list stands', () => {
  const table = { rows: many(300, { cells: ['x'.repeat(1_000)] }), kind: 'Table' }
  expect(JSON.parse(textOf(table))).toEqual(table)
  expect(JSON.parse(textOf(table, true))).toEqual(table)
})

it('joins pieces to parts of which only the last is short', () => {
  const parts = [...inParts(many(1_000, 'x'.repeat(1_000)) as string[])]
  expect(parts.join('')).toHaveLength(1_000_000)
  for (const part of parts.slice(0, -1)) {
    expect(part.length).toBeGreaterThan(partLength)
    expect(part.length).toBeLessThan(partLength + 1_001)
  }
})

it('makes no parts of what is short, or no list', () => {
  expect(longList({ items: [1, 2] })).toBeUndefined()
  expect(longList({ kind: 'Pod' })).toBeUndefined()
  expect(longList('text')).toBeUndefined()
})
