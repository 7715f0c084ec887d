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

const text = 25

it('a row whose metadata is too long fails, and is not known by the beginning of it', () => {
  const groups = 'a'.repeat(1025)
  const row = { values: { id: 'a', body: 'b', groups }, types: new Map([['groups', text]]) }
  expect(rowChange(row, new Set())).toMatchObject({
    type: 'failed',
    id: 'a',
    problem: expect.stringContaining('groups has more than 1024 characters'),
    metadata: { groups },
  })
})
