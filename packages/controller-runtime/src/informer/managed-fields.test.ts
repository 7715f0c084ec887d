import type { ManagedFieldsEntry } from '@fairlead/kube-core'
import { expect, it } from 'vitest'
import { lastManager, stripManagedFields } from './managed-fields.ts'

const entry = (manager: string, seconds: number): ManagedFieldsEntry => ({
  manager,
  operation: 'Update',
  time: `2026-01-01T00:00:${String(seconds).padStart(2, '0')}Z`,
})
const object = (...managedFields: ManagedFieldsEntry[]) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'a', managedFields },
})

it('names who wrote last, and all who did in that second', () => {
  expect(lastManager(object(entry('a', 1), entry('b', 3), entry('c', 2)))).toBe('b')
  expect(lastManager(object(entry('a', 3), entry('b', 1), entry('c', 3)))).toBe('a or c')
  expect(lastManager(object())).toBeUndefined()
})

it('removes them', () => {
  expect(stripManagedFields(object(entry('a', 1))).metadata).toEqual({ name: 'a' })
})
