import { expect, it } from 'vitest'
import { rowChange } from './row-change.ts'

const bigint = 20

it.each([
  ['17', 17],
  ['-9007199254740991', -9007199254740991],
  ['9007199254740993', '9007199254740993'],
  ['9007199254740992', '9007199254740992'],
])('the number %s is %o: two long ids never become one', (text, value) => {
  const row = { values: { id: 'a', body: 'b', tenant: text }, types: new Map([['tenant', bigint]]) }
  expect(rowChange(row, new Set())).toMatchObject({ document: { metadata: { tenant: value } } })
})
