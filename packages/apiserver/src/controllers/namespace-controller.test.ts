import { silentLogger } from '@fairlead/base'
import { FakeClock } from '@fairlead/base/testing'
import type { KubernetesObject } from '@fairlead/kube-core'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

import { AdmissionChain } from '../admission/admission-chain.ts'
import { apiServerUser } from '../auth/user.ts'
import { changeObject } from '../resources/change-object.ts'
import { createObject } from '../resources/create-object.ts'
import { deleteObject } from '../resources/delete-object.ts'
import { Registry } from '../resources/registry.ts'
import { actingAs, type WriteContext } from '../resources/resource-context.ts'
import { memoryJournal } from '../storage/journal.ts'
import { JournaledStorage } from '../storage/journaled-storage.ts'
import { kindNamed } from '../test-support/kind-named.ts'
import { LoopDetector } from '../test-support/loop-detector.ts'
import { NamespaceController } from './namespace-controller.ts'

const configMaps = kindNamed('ConfigMap')
const namespaces = kindNamed('Namespace')
const options = {
  dryRun: false,
  fieldManager: 'test',
  fieldValidation: 'Strict',
  warn: () => {},
} as const

describe('the deletion of a namespace', () => {
  let context: WriteContext
  let loops: LoopDetector
  let controller: NamespaceController

  beforeEach(async () => {
    const history = { changes: 1000, bytes: 1_000_000, bytesPerResource: 1_000_000 }
    const storage = new JournaledStorage({ journal: memoryJournal(), history })
    context = actingAs(
      {
        clock: new FakeClock(),
        storage,
        registry: new Registry([namespaces, configMaps]),
        random: () => 0,
        admission: new AdmissionChain([]),
      },
      apiServerUser,
    )
    loops = new LoopDetector(storage)
    controller = new NamespaceController(context, silentLogger)
    const body = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'team' } }
    await createObject(context, { definition: namespaces, namespace: '' }, body, options)
  })

  afterEach(() => {
    controller.stop()
    loops.stop()
  })

  const configMap = (name: string, finalizers: string[] = []) =>
    createObject(
      context,
      { definition: configMaps, namespace: 'team' },
      { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, finalizers } },
      options,
    )

  async function removeNamespace(): Promise<void> {
    const target = { definition: namespaces, namespace: '', name: 'team' }
    await deleteObject(context, target, { dryRun: false, preconditions: {} })
    await loops.settled()
  }

  const namespace = (): KubernetesObject | undefined =>
    context.storage.get({ resource: 'namespaces', namespace: '', name: 'team' })

  it('removes an empty one, and one with contents', async () => {
    await configMap('a')
    await configMap('b')
    await removeNamespace()
    expect(namespace()).toBeUndefined()
    expect(context.storage.list({ resource: 'configmaps' }).objects).toEqual([])
  })

  it('waits for finalizers, tells of them, and writes nothing meanwhile', async () => {
    await configMap('free')
    await configMap('held', ['example.com/held'])
    await removeNamespace()
    expect(namespace()?.['status']).toMatchObject({
      phase: 'Terminating',
      conditions: [
        { type: 'NamespaceDeletionDiscoveryFailure', status: 'False' },
        { type: 'NamespaceDeletionGroupVersionParsingFailure', status: 'False' },
        { type: 'NamespaceDeletionContentFailure', status: 'False', reason: 'ContentDeleted' },
        {
          type: 'NamespaceContentRemaining',
          status: 'True',
          reason: 'SomeResourcesRemain',
          message: 'Some resources are remaining: configmaps. has 1 resource instances',
        },
        {
          type: 'NamespaceFinalizersRemaining',
          status: 'True',
          reason: 'SomeFinalizersRemain',
          message:
            'Some content in the namespace has finalizers remaining: example.com/held in 1 resource instances',
        },
      ],
    })
    const { revision } = context.storage
    await loops.settled()
    expect(context.storage.revision).toBe(revision)
    await changeObject(
      context,
      { definition: configMaps, namespace: 'team', name: 'held' },
      (current) => ({ ...current, metadata: { ...current.metadata, finalizers: [] } }),
      options,
      'track',
    )
    await loops.settled()
    expect(namespace()).toBeUndefined()
  })
})
