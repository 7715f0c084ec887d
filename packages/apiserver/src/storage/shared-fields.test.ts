import { expect, it } from 'vitest'

import { SharedFields } from './shared-fields.ts'

function object(fields: object) {
  const metadata = {
    name: 'a',
    managedFields: [{ manager: 'm', operation: 'Update' as const, fieldsV1: fields as never }],
  }
  return { apiVersion: 'v1', kind: 'Thing', metadata }
}

const fieldsOf = (shared: ReturnType<SharedFields['share']>) =>
  shared.metadata.managedFields?.[0]?.fieldsV1

it('makes equal sets of fields one object', () => {
  const fields = new SharedFields()
  const first = fields.share(object({ 'f:data': { 'f:a': {} } }))
  const second = fields.share(object({ 'f:data': { 'f:a': {} } }))
  const other = fields.share(object({ 'f:data': { 'f:b': {} } }))
  expect(fieldsOf(second)).toBe(fieldsOf(first))
  expect(fieldsOf(other)).not.toBe(fieldsOf(first))
  expect(second).toEqual(object({ 'f:data': { 'f:a': {} } }))
  expect(fields.share(second)).toEqual(second)
})

it('forgets sets that came first, and keeps no long ones', () => {
  const fields = new SharedFields()
  const set = (name: string) => fieldsOf(fields.share(object({ [name]: {} })))
  const first = set('first')
  const long = set('x'.repeat(5_000))
  expect(set('x'.repeat(5_000))).not.toBe(long)
  for (let index = 0; index < 1_000; index++) set(`f:${index}`)
  expect(set('first')).not.toBe(first)
})
