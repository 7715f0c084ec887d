import type { ConfigMap } from '@fairlead/kube-core'
import { expect, it } from 'vitest'
import { changedFields } from './changed-fields.ts'

const object = (labels: object, data: object, resourceVersion: string): ConfigMap => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'a', resourceVersion, labels: { ...labels } },
  data: { ...data },
})
const before = object({ x: '1' }, { same: 's', y: '1' }, '1')

it('names the fields that were changed, added and removed', () => {
  const after = object({ x: '2' }, { same: 's', z: '' }, '2')
  expect(changedFields(before, after)).toEqual(['metadata.labels.x', 'data.y', 'data.z'])
})

it('names nothing where only the version differs', () => {
  expect(changedFields(before, object({ x: '1' }, before.data ?? {}, '2'))).toEqual([])
})

it('names an array as a whole', () => {
  const list = (finalizers: string[]): ConfigMap => ({
    ...before,
    metadata: { ...before.metadata, finalizers },
  })
  expect(changedFields(list(['a']), list(['a', 'b']))).toEqual(['metadata.finalizers'])
  expect(changedFields(list(['a']), list(['a']))).toEqual([])
})

it('names at most eight, none longer than 128 characters', () => {
  const many = Object.fromEntries(Array.from({ length: 50 }, (_, index) => [`k${index}`, 'v']))
  expect(changedFields(before, object({ x: '1' }, many, '2'))).toHaveLength(8)
  const [long] = changedFields(object({}, {}, '1'), object({}, { ['k'.repeat(300)]: '' }, '1'))
  expect(long).toHaveLength(128)
})
