import { describe, expect, it } from 'vitest'

import { ChangeHistory } from './change-history.ts'
import type { Change } from './change.ts'
import { CompactedError } from './storage-error.ts'

function history(limits: { bytes?: number; bytesPerResource?: number } = {}) {
  const kept = new ChangeHistory(
    { changes: 1_000, bytes: 1_000, bytesPerResource: 600, ...limits },
    0,
  )
  let revision = 0
  const add = (resource: string, bytes: number) => {
    revision += 1
    const object = { apiVersion: 'v1', kind: 'Thing', metadata: { name: 'a' } }
    const key = { resource, namespace: '', name: 'a' }
    kept.add({ type: 'ADDED', revision, key, object } satisfies Change, bytes)
  }
  const revisions = (resource: string, since: number) =>
    kept.since(resource, since).map((change) => change.revision)
  return { kept, add, revisions }
}

describe('the history of changes', () => {
  it('keeps no more bytes of a resource than it may, and leaves others alone', () => {
    const { kept, add, revisions } = history()
    add('quiet', 100)
    for (let count = 0; count < 100; count++) add('busy', 200)
    expect(kept.bytes).toBe(700)
    expect(revisions('quiet', 0)).toEqual([1])
    expect(revisions('busy', 98)).toEqual([99, 100, 101])
    expect(() => revisions('busy', 97)).toThrow(CompactedError)
  })

  it('keeps no more bytes of all resources than it may, and drops the oldest', () => {
    const { kept, add, revisions } = history()
    for (const resource of ['a', 'b', 'c', 'd']) add(resource, 300)
    expect(kept.bytes).toBe(900)
    expect(() => revisions('a', 0)).toThrow(CompactedError)
    expect(revisions('a', 1)).toEqual([])
    expect(revisions('b', 0)).toEqual([2])
  })

  it('does not keep what is too large by itself, and knows that it was there', () => {
    const { kept, add, revisions } = history()
    add('a', 700)
    expect(kept.bytes).toBe(0)
    expect(() => revisions('a', 0)).toThrow(CompactedError)
    expect(revisions('a', 1)).toEqual([])
  })

  it('forgets everything up to a revision', () => {
    const { kept, add, revisions } = history()
    for (const resource of ['a', 'b', 'a', 'b']) add(resource, 10)
    kept.compact(2)
    expect(revisions('a', 2)).toEqual([3])
    expect(() => revisions('b', 1)).toThrow(CompactedError)
    expect(() => revisions('unknown', 1)).toThrow(CompactedError)
    expect(kept.bytes).toBe(20)
  })
})
