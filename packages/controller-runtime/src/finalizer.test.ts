import type { ConfigMap } from '@fairlead/kube-types'
import { describe, expect, it } from 'vitest'
import { hasFinalizer, isBeingDeleted, withFinalizer, withoutFinalizer } from './finalizer.ts'

const object: ConfigMap = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { namespace: 'x', name: 'a' },
}

describe('a finalizer', () => {
  it('is added once and taken away, on copies', () => {
    const held = withFinalizer(object, 'example.com/x')
    expect(hasFinalizer(held, 'example.com/x')).toBe(true)
    expect(hasFinalizer(object, 'example.com/x')).toBe(false)
    expect(withFinalizer(held, 'example.com/x')).toBe(held)
    const both = withFinalizer(held, 'example.com/y')
    expect(withoutFinalizer(both, 'example.com/x').metadata.finalizers).toEqual(['example.com/y'])
    expect(withoutFinalizer(object, 'example.com/x')).toBe(object)
  })

  it('is what a deleted object waits for', () => {
    expect(isBeingDeleted(object)).toBe(false)
    const metadata = { ...object.metadata, deletionTimestamp: '2026-01-01T00:00:00Z' }
    expect(isBeingDeleted({ ...object, metadata })).toBe(true)
  })
})
