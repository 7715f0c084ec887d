import { SeededRandom } from '@fairlead/base/testing'
import type { KubernetesObject } from '@fairlead/kube-core'
import { expect, it } from 'vitest'

import { memoryJournal } from './journal.ts'
import { JournaledStorage } from './journaled-storage.ts'
import { CompactedError } from './storage-error.ts'

/** The names, in byte order of `namespace/name`, with their revisions, after every revision. */
type Model = Map<number, readonly string[]>

const namespaces = ['a', 'a-b', 'a.b', 'ab', 'b']
const names = ['x', 'x-1', 'x.1', 'x1', 'y']
const history = { changes: 30, bytes: 1_000_000, bytesPerResource: 1_000_000 }

function shown(objects: Iterable<KubernetesObject>): string[] {
  return Array.from(
    objects,
    ({ metadata }) => `${metadata.namespace}/${metadata.name}@${metadata.resourceVersion}`,
  )
}

function byteOrder(left: string, right: string): number {
  const [leftKey = '', rightKey = ''] = [left, right].map((each) => each.split('@')[0])
  return leftKey < rightKey ? -1 : 1
}

function randomly(seed: number) {
  const random = new SeededRandom(seed)
  const storage = new JournaledStorage({ journal: memoryJournal(), history })
  const model: Model = new Map([[storage.revision, []]])
  let compacted = storage.revision
  return {
    random,
    storage,
    model,
    get compacted() {
      return Math.max(compacted, storage.revision - history.changes)
    },
    write() {
      const namespace = namespaces[random.below(namespaces.length)] ?? ''
      const name = names[random.below(names.length)] ?? ''
      const key = { resource: 'things', namespace, name }
      const object = { apiVersion: 'v1', kind: 'Thing', metadata: { namespace, name } }
      const found = storage.get(key)?.metadata.resourceVersion
      const others = (model.get(storage.revision) ?? []).filter(
        (each) => !each.startsWith(`${namespace}/${name}@`),
      )
      if (found !== undefined && random.below(3) === 0) storage.delete(key, found)
      else if (found === undefined) storage.create(key, object)
      else storage.update(key, object, found)
      const present = storage.get(key)
      model.set(
        storage.revision,
        present === undefined ? others : [...others, ...shown([present])].toSorted(byteOrder),
      )
      if (random.below(60) === 0) {
        storage.compact()
        compacted = storage.revision
      }
    },
  }
}

it.each([1, 2, 3, 4])('has every revision that it keeps, as it was (seed %d)', (seed) => {
  const run = randomly(seed)
  const { random, storage, model } = run
  for (let step = 0; step < 400; step++) {
    run.write()
    const revision = storage.revision - random.below(40)
    const list = () => shown(storage.scan({ resource: 'things' }, { revision }).objects)
    if (revision < run.compacted) {
      expect(list).toThrow(CompactedError)
      continue
    }
    const then = model.get(revision) ?? []
    expect(list()).toEqual(then)
    const namespace = namespaces[random.below(namespaces.length)] ?? ''
    const inside = then.filter((each) => each.startsWith(`${namespace}/`))
    expect(shown(storage.list({ resource: 'things', namespace }, revision).objects)).toEqual(inside)
    const start = `${namespace}/${names[random.below(names.length)] ?? ''}\0`
    const rest = then.filter((each) => (each.split('@')[0] ?? '') >= start)
    const scan = storage.scan({ resource: 'things' }, { revision, start })
    expect({ length: scan.length, objects: shown(scan.objects) }).toEqual({
      length: rest.length,
      objects: rest,
    })
  }
})

it.each([1, 2, 3, 4])(
  'leads from every revision that it keeps to the present (seed %d)',
  (seed) => {
    const run = randomly(seed)
    const { random, storage, model } = run
    for (let step = 0; step < 400; step++) {
      run.write()
      const revision = storage.revision - random.below(40)
      if (revision < run.compacted) {
        expect(() => storage.changesSince('things', revision)).toThrow(CompactedError)
        continue
      }
      const objects = new Map((model.get(revision) ?? []).map((each) => [each.split('@')[0], each]))
      let last = revision
      for (const change of storage.changesSince('things', revision)) {
        expect(change.revision).toBe(last + 1)
        last = change.revision
        const path = `${change.key.namespace}/${change.key.name}`
        const [present = ''] = shown([change.object])
        if (change.type === 'DELETED') objects.delete(path)
        else objects.set(path, present)
      }
      expect([...objects.values()].toSorted(byteOrder)).toEqual(model.get(storage.revision))
    }
  },
)
