import { FakeClock } from '@fairlead/base/testing'
import type { KubernetesObject } from '@fairlead/kube-core'
import { expect, test } from 'vitest'

import { AdmissionChain } from '../admission/admission-chain.ts'
import { apiServerUser } from '../auth/user.ts'
import { memoryJournal } from '../storage/journal.ts'
import { JournaledStorage } from '../storage/journaled-storage.ts'
import { createObject } from './create-object.ts'
import { deleteObject } from './delete-object.ts'
import { applyObject } from './apply-object.ts'
import { patchObject } from './patch-object.ts'
import { Registry } from './registry.ts'
import { actingAs, type WriteContext } from './resource-context.ts'
import { updateObject } from './update-object.ts'
import { kindNamed } from '../test-support/kind-named.ts'

const configMapKind = kindNamed('ConfigMap')
const namespaceKind = kindNamed('Namespace')

const options = {
  dryRun: false,
  fieldManager: 'test',
  fieldValidation: 'Strict',
  warn: () => {},
} as const
const target = { definition: configMapKind, namespace: 'default', name: 'a' }
const key = { resource: 'configmaps', namespace: 'default', name: 'a' }

/** A context in which `between` happens, once for each write, while admission takes its time. */
async function setUp(between: (plain: WriteContext) => unknown, times = 1) {
  const history = { changes: 100, bytes: 10_000, bytesPerResource: 10_000 }
  const plain = actingAs(
    {
      clock: new FakeClock(),
      storage: new JournaledStorage({ journal: memoryJournal(), history }),
      registry: new Registry([namespaceKind, configMapKind]),
      random: () => 0,
      admission: new AdmissionChain([]),
    },
    apiServerUser,
  )
  const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'default' } }
  await createObject(plain, { definition: namespaceKind, namespace: '' }, namespace, options)
  let left = times
  const slow = {
    name: 'Slow',
    validate: async () => {
      await Promise.resolve()
      if (left-- > 0) await between(plain)
    },
  }
  return { plain, waiting: { ...plain, admission: new AdmissionChain([slow]) } }
}

const configMap = (data: Record<string, string>, metadata = {}): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'a', ...metadata },
  data,
})
const create = (context: WriteContext, data: Record<string, string>) =>
  createObject(context, target, configMap(data), options)
const merge = (context: WriteContext, data: object) =>
  patchObject(context, target, 'merge', () => ({ data }), options)
const dataOf = ({ storage }: WriteContext) => storage.get(key)?.['data']

test('a patch is repeated on what somebody else has written in between', async () => {
  const { plain, waiting } = await setUp((context) => merge(context, { other: '1' }))
  await create(plain, { a: '1' })
  await merge(waiting, { mine: '1' })
  expect(dataOf(plain)).toEqual({ a: '1', other: '1', mine: '1' })
})

test('a patch that is overtaken again and again is a conflict', async () => {
  let count = 0
  const { plain, waiting } = await setUp((context) => merge(context, { other: `${count++}` }), 9)
  await create(plain, {})
  await expect(merge(waiting, { mine: '1' })).rejects.toMatchObject({ code: 409 })
  expect(count).toBe(5)
})

test('an update that names what it has read is a conflict', async () => {
  const { plain, waiting } = await setUp((context) => merge(context, { other: '1' }))
  const { resourceVersion } = (await create(plain, {})).metadata
  const update = updateObject(
    waiting,
    target,
    configMap({ mine: '1' }, { resourceVersion }),
    options,
  )
  await expect(update).rejects.toMatchObject({ code: 409 })
})

test('an object that somebody else creates in between exists already, or is changed by apply', async () => {
  const { plain, waiting } = await setUp((context) => create(context, { other: '1' }))
  await expect(create(waiting, { mine: '1' })).rejects.toMatchObject({ code: 409 })
  const again = await setUp((context) => create(context, { other: '1' }))
  const applied = await applyObject(again.waiting, target, () => configMap({ mine: '1' }), {
    ...options,
    force: false,
  })
  expect(applied).toMatchObject({ created: false })
  expect(dataOf(plain)).toEqual({ other: '1' })
  expect(dataOf(again.plain)).toEqual({ other: '1', mine: '1' })
})

test('an object that somebody else changes in between is deleted all the same', async () => {
  const { plain, waiting } = await setUp((context) => merge(context, { other: '1' }))
  await create(plain, {})
  const { gone } = await deleteObject(waiting, target, { dryRun: false, preconditions: {} })
  expect(gone).toBe(true)
  expect(plain.storage.get(key)).toBeUndefined()
})

test('without anything to wait for, a write has happened when its call returns', async () => {
  const { plain } = await setUp(() => {})
  const created = create(plain, { a: '1' })
  expect(dataOf(plain)).toEqual({ a: '1' })
  await created
})
