// The cases of pkg/controller/controllerutil/controllerutil_test.go of kubernetes-sigs/controller-runtime
// about owner references and finalizers, under their names there. Those of CreateOrUpdate and
// CreateOrPatch are in test/create-or-update.test.ts. Owners are stored objects of a type here, so
// there is no owner without a kind; what Go sets with an option is written in the reference.
import type { ObjectMeta, TypedObject } from '@fairlead/kube-core'
import { Deployment, Namespace } from '@fairlead/kube-types'
import { describe, expect, it } from 'vitest'
import { withFinalizer, hasFinalizer, withoutFinalizer } from './finalizer.ts'
import {
  AlreadyOwnedError,
  controllerOf,
  removeOwnerReference,
  setControllerReference,
  setOwnerReference,
} from './owner-reference.ts'

const object = (metadata: ObjectMeta = {}): TypedObject => ({
  apiVersion: 'apps/v1',
  kind: 'ReplicaSet',
  metadata: { namespace: 'default', name: 'rs', ...metadata },
})
const owner = (name: string, namespace = 'default'): TypedObject => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { ...(namespace === '' ? {} : { namespace }), name, uid: `${name}-uid` },
})
const reference = (name: string, more: object = {}) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  name,
  uid: `${name}-uid`,
  ...more,
})
const controlling = { controller: true, blockOwnerDeletion: true }
const ownersOf = ({ metadata }: TypedObject) => metadata.ownerReferences

describe('SetOwnerReference', () => {
  it('should set ownerRef on an empty list', () => {
    expect(ownersOf(setOwnerReference(object(), Deployment, owner('foo')))).toEqual([
      reference('foo'),
    ])
  })

  it('should not duplicate owner references', () => {
    const owned = object({ ownerReferences: [reference('foo')] })
    expect(ownersOf(setOwnerReference(owned, Deployment, owner('foo')))).toEqual([reference('foo')])
  })

  it('should update the reference', () => {
    const old = { ...reference('foo'), apiVersion: 'apps/v1alpha1', uid: 'foo-uid-1' }
    const owned = object({ ownerReferences: [old] })
    expect(ownersOf(setOwnerReference(owned, Deployment, owner('foo')))).toEqual([reference('foo')])
  })

  it('should remove the owner reference', () => {
    const owned = setOwnerReference(object(), Deployment, owner('foo'))
    expect(ownersOf(removeOwnerReference(owned, Deployment, owner('foo')))).toEqual([])
  })

  it('should remove the owner reference established by the SetControllerReference function', () => {
    const owned = setControllerReference(object(), Deployment, owner('foo'))
    expect(ownersOf(removeOwnerReference(owned, Deployment, owner('foo')))).toEqual([])
  })

  it("should leave the others when it removes a reference that doesn't exist: Go takes that for an error", () => {
    const owned = object({ ownerReferences: [reference('other')] })
    expect(ownersOf(removeOwnerReference(owned, Deployment, owner('foo')))).toEqual([
      reference('other'),
    ])
  })

  it('should tell the controller from another owner: HasControllerReference', () => {
    expect(controllerOf(setControllerReference(object(), Deployment, owner('foo')))).toEqual(
      reference('foo', controlling),
    )
    expect(controllerOf(setOwnerReference(object(), Deployment, owner('foo')))).toBeUndefined()
  })
})

describe('SetControllerReference', () => {
  it('should set the OwnerReference if it can find the group version kind', () => {
    expect(ownersOf(setControllerReference(object(), Deployment, owner('foo')))).toEqual([
      reference('foo', controlling),
    ])
  })

  it('should return an error if object is already owned by another controller', () => {
    const owned = object({ ownerReferences: [reference('old', { controller: true })] })
    expect(() => setControllerReference(owned, Deployment, owner('foo'))).toThrow(AlreadyOwnedError)
  })

  it('should not duplicate existing owner reference', () => {
    const owned = object({ ownerReferences: [reference('foo', controlling)] })
    expect(ownersOf(setControllerReference(owned, Deployment, owner('foo')))).toHaveLength(1)
  })

  it("should replace the owner reference if it's already present", () => {
    const owned = object({ ownerReferences: [reference('foo')] })
    expect(ownersOf(setControllerReference(owned, Deployment, owner('foo')))).toEqual([
      reference('foo', controlling),
    ])
  })

  it("should return an error if it's setting a cross-namespace owner reference", () => {
    expect(() => setControllerReference(object(), Deployment, owner('foo', 'other'))).toThrow(
      'cross-namespace owner references are disallowed',
    )
  })

  it("should return an error if it's owner is namespaced resource but dependant is cluster-scoped resource", () => {
    const scopeless = { apiVersion: 'v1', kind: 'PersistentVolume', metadata: { name: 'pv' } }
    expect(() => setControllerReference(scopeless, Deployment, owner('foo'))).toThrow(
      'cluster-scoped resource must not have a namespace-scoped owner',
    )
  })

  it('should let an owner without a namespace own anywhere', () => {
    expect(ownersOf(setControllerReference(object(), Namespace, owner('foo', '')))).toHaveLength(1)
  })

  it('should not return any error if the existing owner has a different version', () => {
    const old = { ...reference('foo', controlling), apiVersion: 'apps/v1alpha1' }
    const owned = setControllerReference(
      object({ ownerReferences: [old] }),
      Deployment,
      owner('foo'),
    )
    expect(ownersOf(owned)).toEqual([reference('foo', controlling)])
  })
})

describe('Finalizers', () => {
  const finalizer = 'foo.bar.baz'
  const finalizersOf = ({ metadata }: TypedObject) => metadata.finalizers ?? []

  it('should add the finalizer when not present, and not again: then the object is the same', () => {
    const added = withFinalizer(object(), finalizer)
    expect(finalizersOf(added)).toEqual([finalizer])
    expect(withFinalizer(added, finalizer)).toBe(added)
  })

  it('should remove all equal finalizers if present, and otherwise return the same object', () => {
    const both = object({ finalizers: [finalizer, 'other', finalizer] })
    expect(finalizersOf(withoutFinalizer(both, finalizer))).toEqual(['other'])
    const none = object({ finalizers: ['other'] })
    expect(withoutFinalizer(none, finalizer)).toBe(none)
  })

  it('should check that finalizer is present, and not after RemoveFinalizer call', () => {
    const added = withFinalizer(object(), finalizer)
    expect(hasFinalizer(added, finalizer)).toBe(true)
    expect(hasFinalizer(withoutFinalizer(added, finalizer), finalizer)).toBe(false)
  })
})
