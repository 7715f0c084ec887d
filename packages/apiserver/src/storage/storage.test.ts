import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import type { KubernetesObject } from '@fairlead/kube-core'
import { afterEach, describe, expect, it } from 'vitest'

import type { Change } from './change.ts'
import { memoryJournal } from './journal.ts'
import { JournaledStorage } from './journaled-storage.ts'
import { SqliteJournal } from './sqlite-journal.ts'
import {
  CompactedError,
  FutureRevisionError,
  KeyExistsError,
  RevisionMismatchError,
} from './storage-error.ts'

const folders: string[] = []

function sqliteFile(): string {
  const folder = mkdtempSync(join(tmpdir(), 'fairlead-storage-'))
  folders.push(folder)
  return join(folder, 'objects.db')
}

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
})

function key(name: string, namespace = 'default', resource = 'things') {
  return { resource, namespace, name }
}

function thing(name: string, value: number, namespace = 'default'): KubernetesObject {
  return { apiVersion: 'v1', kind: 'Thing', metadata: { name, namespace }, value }
}

function revisionOf(object: KubernetesObject | undefined): string {
  return object?.metadata.resourceVersion ?? ''
}

const historyOf = (changes: number) => ({
  changes,
  bytes: 1_000_000,
  bytesPerResource: 1_000_000,
})

describe.each([
  { backend: 'memory', open: () => memoryJournal() },
  { backend: 'SQLite', open: () => new SqliteJournal(sqliteFile()) },
])('storage with a $backend journal', ({ open }) => {
  const storage = (changes = 100): JournaledStorage => {
    return new JournaledStorage({ journal: open(), history: historyOf(changes) })
  }

  it('gives back what was created, frozen and with the revision as its version', () => {
    const store = storage()
    const created = store.create(key('a'), thing('a', 1))
    expect(store.get(key('a'))).toEqual(created)
    expect(revisionOf(created)).toBe(String(store.revision))
    expect(Object.isFrozen(created.metadata)).toBe(true)
    store.close()
  })

  it('counts one revision up with every write', () => {
    const store = storage()
    const first = store.revision
    const created = store.create(key('a'), thing('a', 1))
    const updated = store.update(key('a'), thing('a', 2), revisionOf(created))
    const deleted = store.delete(key('a'), revisionOf(updated))
    expect([created, updated, deleted].map((each) => Number(revisionOf(each)))).toEqual([
      first + 1,
      first + 2,
      first + 3,
    ])
    store.close()
  })

  it('refuses a taken key and a stale revision, and writes nothing then', () => {
    const store = storage()
    const created = store.create(key('a'), thing('a', 1))
    const { revision } = store
    expect(() => store.create(key('a'), thing('a', 2))).toThrow(KeyExistsError)
    expect(() => store.update(key('a'), thing('a', 2), '1')).toThrow(RevisionMismatchError)
    expect(() => store.delete(key('a'), '1')).toThrow(RevisionMismatchError)
    expect(() => store.delete(key('b'), '1')).toThrow(RevisionMismatchError)
    expect(store.revision).toBe(revision)
    expect(store.get(key('a'))).toBe(created)
    store.close()
  })

  it('lists in the order of namespace and name, all or one namespace', () => {
    const store = storage()
    store.create(key('b', 'y'), thing('b', 1, 'y'))
    store.create(key('a', 'y'), thing('a', 2, 'y'))
    store.create(key('c', 'x'), thing('c', 3, 'x'))
    store.create(key('d', 'x', 'others'), thing('d', 4, 'x'))
    const names = (namespace?: string): unknown[] =>
      store
        .list({ resource: 'things', ...(namespace === undefined ? {} : { namespace }) })
        .objects.map(({ metadata }) => metadata.name)
    expect(names()).toEqual(['c', 'a', 'b'])
    expect(names('y')).toEqual(['a', 'b'])
    expect(names('z')).toEqual([])
    expect(store.list({ resource: 'things' }).revision).toBe(store.revision)
    store.close()
  })

  it('lists the past', () => {
    const store = storage()
    const a1 = store.create(key('a'), thing('a', 1))
    store.create(key('b'), thing('b', 1))
    const then = store.revision
    const a2 = store.update(key('a'), thing('a', 2), revisionOf(a1))
    store.delete(key('b'), revisionOf(store.get(key('b'))))
    store.create(key('c'), thing('c', 1))
    const past = store.list({ resource: 'things' }, then)
    expect(past.revision).toBe(then)
    expect(past.objects.map((each) => [each.metadata.name, each['value']])).toEqual([
      ['a', 1],
      ['b', 1],
    ])
    expect(store.get(key('a'))).toBe(a2)
    expect(() => store.list({ resource: 'things' }, store.revision + 1)).toThrow(
      FutureRevisionError,
    )
    store.close()
  })

  it('tells subscribers of every change in commit order', () => {
    const store = storage()
    const seen: Change[] = []
    const stop = store.subscribe('things', (change) => seen.push(change))
    const a1 = store.create(key('a'), thing('a', 1))
    const a2 = store.update(key('a'), thing('a', 2), revisionOf(a1))
    store.create(key('x', '', 'others'), thing('x', 1))
    store.delete(key('a'), revisionOf(a2))
    stop()
    store.create(key('b'), thing('b', 1))
    expect(seen.map(({ type, object }) => [type, object['value']])).toEqual([
      ['ADDED', 1],
      ['MODIFIED', 2],
      ['DELETED', 2],
    ])
    expect(seen[1]?.previous).toBe(a1)
    expect(revisionOf(seen[2]?.object)).toBe(String(seen[2]?.revision))
    store.close()
  })

  it('delivers a write made by a subscriber after the one that caused it, to everybody', () => {
    const store = storage()
    const seen: string[] = []
    store.subscribe('things', ({ key: { name } }) => {
      if (name === 'cause') store.create(key('effect'), thing('effect', 1))
    })
    store.subscribe('all', ({ key: { name } }) => seen.push(name))
    store.create(key('cause'), thing('cause', 1))
    expect(seen).toEqual(['cause', 'effect'])
    store.close()
  })

  it('knows the changes since a revision, until they are compacted', () => {
    const store = storage()
    store.create(key('a'), thing('a', 1))
    const then = store.revision
    store.create(key('b'), thing('b', 1))
    store.create(key('x', '', 'others'), thing('x', 1))
    const names = (revision: number): string[] =>
      store.changesSince('things', revision).map((change) => change.key.name)
    expect(names(then)).toEqual(['b'])
    expect(names(store.revision)).toEqual([])
    store.compact()
    expect(() => names(then)).toThrow(CompactedError)
    expect(() => store.list({ resource: 'things' }, then)).toThrow(CompactedError)
    expect(names(store.revision)).toEqual([])
    store.close()
  })

  it('keeps a bounded history', () => {
    const store = storage(16)
    const start = store.revision
    for (let index = 0; index < 100; index++) {
      store.create(key(`n${index}`), thing(`n${index}`, 1))
    }
    expect(() => store.changesSince('things', start)).toThrow(CompactedError)
    expect(store.changesSince('things', store.revision - 16)).toHaveLength(16)
    expect(() => store.changesSince('things', store.revision - 17)).toThrow(CompactedError)
    store.close()
  })
})

describe('the SQLite journal', () => {
  it('finds objects and the revision again', () => {
    const path = sqliteFile()
    const before = new JournaledStorage({
      journal: new SqliteJournal(path),
      history: historyOf(10),
    })
    const kept = before.create(key('kept'), thing('kept', 1))
    const gone = before.create(key('gone'), thing('gone', 1))
    before.delete(key('gone'), revisionOf(gone))
    const { revision } = before
    before.close()
    const after = new JournaledStorage({ journal: new SqliteJournal(path), history: historyOf(10) })
    expect(after.revision).toBe(revision)
    expect(after.get(key('kept'))).toEqual(kept)
    expect(after.get(key('gone'))).toBeUndefined()
    expect(() => after.changesSince('things', revision - 1)).toThrow(CompactedError)
    after.close()
  })

  it('keeps a second server away from the same file', () => {
    const path = sqliteFile()
    const first = new SqliteJournal(path)
    expect(() => new SqliteJournal(path)).toThrow(/another server uses this data directory/)
    first.close()
    new SqliteJournal(path).close()
  })
})
