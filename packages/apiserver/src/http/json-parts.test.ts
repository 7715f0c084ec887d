import { expect, it } from 'vitest'

import { jsonParts } from './json-parts.ts'

it.each([
  { kind: 'PodList', items: Array.from({ length: 3_000 }, (_, index) => ({ name: `é${index}` })) },
  { rows: Array.from({ length: 300 }, () => ({ cells: ['x'.repeat(1_000)] })), kind: 'Table' },
  { items: Array.from({ length: 256 }, () => null) },
])('gives the same JSON in parts', (object) => {
  const parts = [...(jsonParts(object) ?? [])]
  expect(JSON.parse(parts.join(''))).toEqual(object)
  for (const part of parts) expect(part.length).toBeLessThan(70_000)
})

it('leaves the order of the fields before the list', () => {
  const list = { kind: 'List', metadata: {}, items: Array.from({ length: 256 }, () => 1) }
  expect([...(jsonParts(list) ?? [])].join('')).toBe(JSON.stringify(list))
})

it('gives no parts of what is short, or no list', () => {
  expect(jsonParts({ items: [1, 2] })).toBeUndefined()
  expect(jsonParts({ kind: 'Pod' })).toBeUndefined()
  expect(jsonParts('text')).toBeUndefined()
})
