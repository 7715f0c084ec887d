import { expect, it } from 'vitest'
import { changedFields } from './changed-fields.ts'

it.each([
  [{ a: 1 }, { a: 1 }, []],
  [{ a: { b: 1, c: 2 } }, { a: { b: 3, c: 2 } }, [{ field: 'a.b', from: 1, to: 3 }]],
  [
    { a: [1, 2] },
    { a: [1, 3, 4] },
    [
      { field: 'a[1]', from: 2, to: 3 },
      { field: 'a[2]', to: 4 },
    ],
  ],
  [{ a: 1 }, {}, [{ field: 'a', from: 1 }]],
  [{ a: { x: 1 } }, { a: [1] }, [{ field: 'a', from: { x: 1 }, to: [1] }]],
  [{ l: { 'a.b/c': '1' } }, { l: { 'a.b/c': '2' } }, [{ field: 'l["a.b/c"]', from: '1', to: '2' }]],
])('from %j to %j it is %j', (from, to, changes) => {
  expect(changedFields(from, to)).toEqual(changes)
})
