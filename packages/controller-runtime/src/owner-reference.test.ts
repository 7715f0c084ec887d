import { ConfigMap, Namespace } from '@fairlead/kube-types'
import type { ObjectMeta } from '@fairlead/kube-core'
import type { Secret } from '@fairlead/kube-types'
import { describe, expect, it } from 'vitest'
import {
  AlreadyOwnedError,
  controllerOf,
  removeOwnerReference,
  setControllerReference,
  setOwnerReference,
} from './owner-reference.ts'

const owner = (name: string, more: ObjectMeta = {}): ConfigMap => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { namespace: 'ns', name, uid: `uid-${name}`, ...more },
})
const child: Secret = { apiVersion: 'v1', kind: 'Secret', metadata: { namespace: 'ns', name: 'c' } }

describe('owner references', () => {
  it('make the owner the controller, leaving the object as it was', () => {
    const owned = setControllerReference(child, ConfigMap, owner('a'))
    expect(controllerOf(owned)).toEqual({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      name: 'a',
      uid: 'uid-a',
      controller: true,
      blockOwnerDeletion: true,
    })
    expect(child.metadata.ownerReferences).toBeUndefined()
  })

  it('are brought up to date, not doubled', () => {
    const once = setControllerReference(child, ConfigMap, owner('a'))
    const twice = setControllerReference(once, ConfigMap, owner('a', { uid: 'recreated' }))
    expect(twice.metadata.ownerReferences).toHaveLength(1)
    expect(controllerOf(twice)?.uid).toBe('recreated')
  })

  it('allow one controller and any number of other owners', () => {
    const owned = setControllerReference(child, ConfigMap, owner('a'))
    expect(() => setControllerReference(owned, ConfigMap, owner('b'))).toThrow(AlreadyOwnedError)
    const shared = setOwnerReference(owned, ConfigMap, owner('b'))
    expect(shared.metadata.ownerReferences?.map(({ name }) => name)).toEqual(['a', 'b'])
    const left = removeOwnerReference(shared, ConfigMap, owner('a'))
    expect(left.metadata.ownerReferences?.map(({ name }) => name)).toEqual(['b'])
  })

  it.each([
    ['another namespace', child, owner('a', { namespace: 'other' }), 'cross-namespace'],
    [
      'a namespaced owner of a cluster-scoped object',
      { ...child, metadata: { name: 'c' } },
      owner('a'),
      'cluster-scoped',
    ],
    [
      'an owner that is not stored',
      child,
      owner('a', { uid: undefined as unknown as string }),
      'no uid',
    ],
  ])('refuse %s', (_, object, by, message) => {
    expect(() => setControllerReference(object, ConfigMap, by)).toThrow(message)
  })

  it('let a cluster-scoped owner own anywhere', () => {
    const namespace: Namespace = {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: 'n', uid: 'u' },
    }
    expect(controllerOf(setControllerReference(child, Namespace, namespace))?.name).toBe('n')
  })
})
