import type { OwnerReference, TypedObject } from '@fairlead/kube-core'
import { HorizontalPodAutoscaler, Node, ReplicaSet } from '@fairlead/kube-types'
import type { Cache } from '../cache/cache.ts'
import { beforeEach, describe, expect, it } from 'vitest'
import { forObject, forOwner, fromMapFunction } from './event-handler.ts'
import type { EventContext } from './event.ts'
import type { EventHandler } from './event-handler.ts'
import type { Request } from './reconcile.ts'

let added: Request[]
const context: EventContext = {
  cache: {} as Cache,
  cluster: '',
  signal: new AbortController().signal,
}
const queue = { add: (request: Request) => void added.push(request) }

beforeEach(() => {
  added = []
})

const pod = (name: string, namespace: string, ...owners: OwnerReference[]): TypedObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { namespace, name, ownerReferences: owners },
})
const owner = (name: string, more: Partial<OwnerReference> = {}): OwnerReference => ({
  apiVersion: 'apps/v1',
  kind: 'ReplicaSet',
  name,
  uid: name,
  ...more,
})
const baz = pod('baz', 'biz')
const baz2 = pod('baz2', 'biz2')

function create(handler: EventHandler, object: TypedObject): Request[] {
  void handler.create({ object, isInInitialList: false }, queue, context)
  return added
}

// controller-runtime pkg/handler/eventhandler_test.go: "EnqueueRequestForObject"
describe('EnqueueRequestForObject', () => {
  it('should enqueue a Request with the Name / Namespace of the object in the CreateEvent', () => {
    expect(create(forObject(), baz)).toEqual([{ namespace: 'biz', name: 'baz' }])
  })

  it('should enqueue a Request with the Name / Namespace of the object in the DeleteEvent', () => {
    void forObject().delete({ object: baz, deleteStateUnknown: false }, queue, context)
    expect(added).toEqual([{ namespace: 'biz', name: 'baz' }])
  })

  it('should enqueue a Request with the Name / Namespace of both objects in the UpdateEvent', () => {
    void forObject().update({ oldObject: baz, newObject: baz2 }, queue, context)
    expect(added).toEqual([
      { namespace: 'biz', name: 'baz' },
      { namespace: 'biz2', name: 'baz2' },
    ])
  })
})

// controller-runtime pkg/handler/eventhandler_test.go: "EnqueueRequestsFromMapFunc"
describe('EnqueueRequestsFromMapFunc', () => {
  const map = fromMapFunction(({ metadata }) => [
    { namespace: 'foo', name: `${metadata.name}-bar` },
    { namespace: 'biz', name: `${metadata.name}-baz` },
  ])
  const ofBaz = [
    { namespace: 'foo', name: 'baz-bar' },
    { namespace: 'biz', name: 'baz-baz' },
  ]

  it('should enqueue a Request with the function applied to the CreateEvent', () => {
    expect(create(map, baz)).toEqual(ofBaz)
  })

  it('should enqueue a Request with the function applied to the DeleteEvent', () => {
    void map.delete({ object: baz, deleteStateUnknown: false }, queue, context)
    expect(added).toEqual(ofBaz)
  })

  it('should enqueue a Request with the function applied to both objects in the UpdateEvent', () => {
    void map.update({ oldObject: baz, newObject: baz2 }, queue, context)
    expect(added).toEqual([
      ...ofBaz,
      { namespace: 'foo', name: 'baz2-bar' },
      { namespace: 'biz', name: 'baz2-baz' },
    ])
  })

  it('should enqueue what both objects of an UpdateEvent map to only once', () => {
    void map.update({ oldObject: baz, newObject: baz }, queue, context)
    expect(added).toEqual(ofBaz)
  })
})

// controller-runtime pkg/handler/eventhandler_test.go: "EnqueueRequestForOwner"
describe('EnqueueRequestForOwner', () => {
  const every = forOwner(ReplicaSet, { everyOwner: true })
  const controlling = forOwner(ReplicaSet)
  const parent = (name: string): Request => ({ namespace: 'biz', name })

  it('should enqueue a Request with the Owner of the object in the CreateEvent', () => {
    expect(create(every, pod('baz', 'biz', owner('foo-parent')))).toEqual([parent('foo-parent')])
  })

  it('should enqueue a Request with the Owner of the object in the DeleteEvent', () => {
    const object = pod('baz', 'biz', owner('foo-parent'))
    void every.delete({ object, deleteStateUnknown: false }, queue, context)
    expect(added).toEqual([parent('foo-parent')])
  })

  it('should enqueue a Request with the Owners of both objects in the UpdateEvent', () => {
    const oldObject = pod('baz', 'biz', owner('foo1-parent'))
    const newObject = pod('baz2', 'biz2', owner('foo2-parent'))
    void every.update({ oldObject, newObject }, queue, context)
    expect(added).toEqual([parent('foo1-parent'), { namespace: 'biz2', name: 'foo2-parent' }])
  })

  it('should enqueue a Request with the one duplicate Owner of both objects in the UpdateEvent', () => {
    const oldObject = pod('baz', 'biz', owner('foo-parent'))
    const newObject = pod('baz2', 'biz', owner('foo-parent'))
    void every.update({ oldObject, newObject }, queue, context)
    expect(added).toEqual([parent('foo-parent')])
  })

  it.each([
    ['group', { apiVersion: 'extensions/v1' }],
    ['kind', { kind: 'Deployment' }],
  ])('should not enqueue a Request if there are no owners matching the %s', (_, wrong) => {
    expect(create(every, pod('baz', 'biz', owner('foo-parent', wrong)))).toEqual([])
  })

  it('should enqueue a Request if there are owners matching Group and Kind with a different version', () => {
    const reference = owner('foo-parent', {
      kind: 'HorizontalPodAutoscaler',
      apiVersion: 'autoscaling/v2beta1',
    })
    const handler = forOwner(HorizontalPodAutoscaler, { everyOwner: true })
    expect(create(handler, pod('baz', 'biz', reference))).toEqual([parent('foo-parent')])
  })

  it('should enqueue a Request for a owner that is cluster scoped', () => {
    const reference = owner('node-1', { kind: 'Node', apiVersion: 'v1' })
    const handler = forOwner(Node, { everyOwner: true })
    expect(create(handler, pod('baz', 'biz', reference))).toEqual([{ name: 'node-1' }])
  })

  it('should not enqueue a Request if there are no owners', () => {
    expect(create(every, baz)).toEqual([])
    expect(create(controlling, baz)).toEqual([])
  })

  it('should enqueue reconcile.Requests for only the first the Controller if there are multiple Controller owners', () => {
    const object = pod(
      'baz',
      'biz',
      owner('foo1-parent'),
      owner('foo2-parent', { controller: true }),
      owner('foo3-parent'),
      owner('foo4-parent', { controller: true }),
    )
    expect(create(controlling, object)).toEqual([parent('foo2-parent')])
  })

  it('should not enqueue reconcile.Requests if there are no Controller owners', () => {
    const object = pod('baz', 'biz', owner('foo1-parent'), owner('foo2-parent'))
    expect(create(controlling, object)).toEqual([])
  })

  it('should enqueue a reconcile.Requests for all owners', () => {
    const object = pod('baz', 'biz', owner('foo1-parent'), owner('foo2-parent'))
    expect(create(every, object)).toEqual([parent('foo1-parent'), parent('foo2-parent')])
  })

  it('should do nothing with an invalid APIVersion in the OwnerReference', () => {
    const object = pod('baz', 'biz', owner('foo1-parent', { apiVersion: 'apps/v1/fail' }))
    expect(create(every, object)).toEqual([])
  })
})
