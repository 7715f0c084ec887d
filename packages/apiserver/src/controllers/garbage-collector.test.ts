import { silentLogger } from '@fairlead/base'
import { FakeClock } from '@fairlead/base/testing'
import type { KubernetesObject, ObjectMeta, OwnerReference } from '@fairlead/kube-core'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

import { AdmissionChain } from '../admission/admission-chain.ts'
import { apiServerUser } from '../auth/user.ts'
import type { ResourceDefinition } from '../definitions/resource-definition.ts'
import { createObject } from '../resources/create-object.ts'
import { changeObject } from '../resources/change-object.ts'
import { deleteObject } from '../resources/delete-object.ts'
import { Registry } from '../resources/registry.ts'
import { actingAs, type WriteContext } from '../resources/resource-context.ts'
import { memoryJournal } from '../storage/journal.ts'
import { JournaledStorage } from '../storage/journaled-storage.ts'
import { kindNamed } from '../test-support/kind-named.ts'
import { LoopDetector } from '../test-support/loop-detector.ts'
import { GarbageCollector } from './garbage-collector.ts'

const configMaps = kindNamed('ConfigMap')
const namespaces = kindNamed('Namespace')
const priorityClasses = kindNamed('PriorityClass')
const options = {
  dryRun: false,
  fieldManager: 'test',
  fieldValidation: 'Strict',
  warn: () => {},
} as const

describe('garbage collection', () => {
  let context: WriteContext
  let loops: LoopDetector
  let collector: GarbageCollector

  beforeEach(async () => {
    const history = { changes: 1000, bytes: 1_000_000, bytesPerResource: 1_000_000 }
    const storage = new JournaledStorage({ journal: memoryJournal(), history })
    const registry = new Registry([namespaces, configMaps, priorityClasses])
    context = actingAs(
      {
        clock: new FakeClock(),
        storage,
        registry,
        random: () => 0,
        admission: new AdmissionChain([]),
      },
      apiServerUser,
    )
    loops = new LoopDetector(storage)
    collector = new GarbageCollector(context, silentLogger)
    for (const name of ['default', 'other']) await create(namespaces, name, '', {})
  })

  afterEach(() => {
    collector.stop()
    loops.stop()
  })

  async function create(
    definition: ResourceDefinition,
    name: string,
    namespace: string,
    metadata: ObjectMeta,
  ): Promise<OwnerReference> {
    const { group, version, kind } = definition
    const apiVersion = group === '' ? version : `${group}/${version}`
    const body: KubernetesObject = { apiVersion, kind, metadata: { name, ...metadata } }
    if (kind === 'PriorityClass') body['value'] = 1
    const created = await createObject(context, { definition, namespace }, body, options)
    return { apiVersion, kind, name, uid: created.metadata.uid ?? '', blockOwnerDeletion: true }
  }

  const configMap = (name: string, ...ownerReferences: OwnerReference[]) =>
    create(configMaps, name, 'default', { ownerReferences })

  const stuck = (name: string, ...ownerReferences: OwnerReference[]) =>
    create(configMaps, name, 'default', { ownerReferences, finalizers: ['example.com/held'] })

  const target = (name: string) => ({ definition: configMaps, namespace: 'default', name })

  async function remove(
    name: string,
    propagationPolicy: 'Background' | 'Foreground' | 'Orphan',
  ): Promise<void> {
    await deleteObject(context, target(name), {
      dryRun: false,
      propagationPolicy,
      preconditions: {},
    })
    await loops.settled()
  }

  const change = (name: string, metadata: Partial<ObjectMeta>) =>
    changeObject(
      context,
      target(name),
      (current) => ({ ...current, metadata: { ...current.metadata, ...metadata } }),
      options,
      'track',
    )

  const stored = (name: string, namespace = 'default') =>
    context.storage.get({ resource: 'configmaps', namespace, name })?.metadata

  const names = (): string[] =>
    context.storage
      .list({ resource: 'configmaps' })
      .objects.map(({ metadata }) => metadata.name ?? '')

  it('deletes the whole tree under a deleted owner', async () => {
    await configMap('grandchild', await configMap('child', await configMap('root')))
    await remove('root', 'Background')
    expect(names()).toEqual([])
  })

  it('keeps what has another living owner, without the dead reference', async () => {
    await configMap('shared', await configMap('first'), await configMap('second'))
    await remove('first', 'Background')
    expect(stored('shared')?.ownerReferences).toMatchObject([{ name: 'second' }])
  })

  it('deletes dependents before their owner in the foreground', async () => {
    const deleted: string[] = []
    context.storage.subscribe('configmaps', ({ type, key }) => {
      if (type === 'DELETED') deleted.push(key.name)
    })
    await configMap('blocking', await configMap('owner'))
    await remove('owner', 'Foreground')
    expect(deleted).toEqual(['blocking', 'owner'])
  })

  it('waits for a dependent with a finalizer, and writes nothing meanwhile', async () => {
    await stuck('held', await configMap('owner'))
    await remove('owner', 'Foreground')
    expect(names()).toEqual(['held', 'owner'])
    const { revision } = context.storage
    await loops.settled()
    expect(context.storage.revision).toBe(revision)
    await change('held', { finalizers: [] })
    await loops.settled()
    expect(names()).toEqual([])
  })

  it('does not wait for a dependent that does not block', async () => {
    const owner = await configMap('owner')
    await stuck('held', { ...owner, blockOwnerDeletion: false })
    await remove('owner', 'Foreground')
    expect(names()).toEqual(['held'])
    expect(stored('held')?.deletionTimestamp).toBeDefined()
  })

  it('lets an owner go that a dependent stops blocking', async () => {
    const owner = await configMap('owner')
    await stuck('held', owner)
    await remove('owner', 'Foreground')
    await change('held', { ownerReferences: [{ ...owner, blockOwnerDeletion: false }] })
    await loops.settled()
    expect(names()).toEqual(['held'])
  })

  it('deletes a tree in the foreground from its leaves', async () => {
    const child = await configMap('child', await configMap('root'))
    await configMap('leaf', child)
    await remove('root', 'Foreground')
    expect(names()).toEqual([])
  })

  it('leaves orphans behind when asked to', async () => {
    await configMap('orphan', await configMap('parent'))
    await remove('parent', 'Orphan')
    expect(names()).toEqual(['orphan'])
    expect(stored('orphan')).not.toHaveProperty('ownerReferences')
  })

  it('ends a circle of owners', async () => {
    const first = await configMap('first')
    const second = await configMap('second', first)
    await change('first', { ownerReferences: [second] })
    await remove('first', 'Foreground')
    expect(names()).toEqual([])
  })

  it('collects an object whose owner never was, or was another one', async () => {
    const owner = await configMap('owner')
    await configMap('lost', { ...owner, name: 'nobody' })
    await configMap('replaced', { ...owner, uid: 'of an older one' })
    await loops.settled()
    expect(names()).toEqual(['owner'])
  })

  it('looks for an owner only in the namespace of the dependent', async () => {
    const owner = await configMap('owner')
    await create(configMaps, 'stranger', 'other', { ownerReferences: [owner] })
    await loops.settled()
    expect(stored('stranger', 'other')).toBeUndefined()
  })

  it('keeps what names an owner that it cannot have', async () => {
    const owner = await configMap('owner')
    await create(priorityClasses, 'whole-cluster', '', { ownerReferences: [owner] })
    await configMap('of-unknown-kind', { ...owner, apiVersion: 'example.com/v1', kind: 'Widget' })
    await loops.settled()
    await remove('owner', 'Background')
    expect(names()).toEqual(['of-unknown-kind'])
    const key = { resource: 'priorityclasses.scheduling.k8s.io', namespace: '' }
    expect(context.storage.get({ ...key, name: 'whole-cluster' })).toBeDefined()
  })

  it('keeps what a cluster-scoped owner has, until that is gone', async () => {
    const owner = await create(priorityClasses, 'owner', '', {})
    await configMap('dependent', owner)
    await loops.settled()
    expect(names()).toEqual(['dependent'])
    await deleteObject(
      context,
      { definition: priorityClasses, namespace: '', name: 'owner' },
      { dryRun: false, preconditions: {} },
    )
    await loops.settled()
    expect(names()).toEqual([])
  })
})
