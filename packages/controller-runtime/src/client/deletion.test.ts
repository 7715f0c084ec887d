import { expect, it } from 'vitest'
import { deletionOf } from './deletion.ts'

const object = (metadata: object) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'a', uid: 'u', ...metadata },
})
const deletionTimestamp = '2026-01-01T00:00:00Z'

it.each([
  ['a Status', { kind: 'Status', status: 'Success', details: { uid: 'u' } }],
  ['the object as it was', object({})],
  [
    'a marked object that nothing keeps',
    object({ deletionTimestamp, deletionGracePeriodSeconds: 0 }),
  ],
])('says of %s that the object is gone', (_, answer) => {
  expect(deletionOf(answer)).toEqual({ uid: 'u' })
})

it.each([
  ['finalizers', { deletionTimestamp, deletionGracePeriodSeconds: 0, finalizers: ['x/y'] }],
  ['its grace period', { deletionTimestamp, deletionGracePeriodSeconds: 30 }],
  ['a finalizer outside its metadata', { deletionTimestamp }],
])('says that the object remains while %s keeps it', (_, metadata) => {
  const answer = object(metadata)
  expect(deletionOf(answer)).toEqual({ uid: 'u', remaining: answer })
})

it('knows nothing of an answer without a body', () => {
  expect(deletionOf(undefined)).toEqual({})
})
