import type { KubernetesObject } from '@fairlead/kube-core'
import { beforeEach, describe, expect, it } from 'vitest'
import { OwnWrites } from '../cache/own-writes.ts'
import { OwnChanges } from './own-changes.ts'
import type { Request } from './reconcile.ts'

interface Counted extends KubernetesObject {
  status: { count: number; note?: string }
}

const request: Request = { name: 'a' }

function version(resourceVersion: string, count: number, more: object = {}): Counted {
  const metadata = { name: 'a', uid: 'u', resourceVersion, ...more }
  return { apiVersion: 'x/v1', kind: 'Thing', metadata, status: { count } }
}

let writes: OwnWrites
let added: string[]
let changes: OwnChanges
const queue = { add: ({ name }: Request) => void added.push(name) }

beforeEach(() => {
  writes = new OwnWrites()
  added = []
  changes = new OwnChanges('test', writes, queue)
})

const update = (before: Counted, after: Counted, of: OwnChanges = changes) =>
  of.add(request, before, after)
const write = (sent: object, stored: Counted) =>
  changes.during(request, async () => writes.record(sent, stored))

describe('an update that a reconcile made', () => {
  it.each([
    ['with a version', version('1', 7)],
    ['without one', { status: { count: 8 } }],
  ])('%s is no reason to call it again', async (_, sent) => {
    await write(sent, version('2', 8))
    update(version('1', 7), version('2', 8))
    expect(added).toEqual([])
  })

  it('is recognised also if its event comes before the answer', async () => {
    await changes.during(request, async () => {
      update(version('1', 7), version('2', 8))
      writes.record({ status: { count: 8 } }, version('2', 8))
    })
    expect(added).toEqual([])
  })

  it('is a reason for other requests, and for other controllers', async () => {
    await write(version('1', 7), version('2', 8))
    changes.add({ name: 'b' }, version('1', 7), version('2', 8))
    expect(added).toEqual(['b'])
    update(version('1', 7), version('2', 8), new OwnChanges('other', writes, queue))
    expect(added).toEqual(['b', 'a'])
  })
})

describe('an update that tells more than what a reconcile wrote', () => {
  it.each([
    ['a write that changed nothing', version('2', 8), version('2', 8)],
    ['a write of a later version', version('1b', 9), version('2', 8)],
    ['another value', { status: { count: 9 } }, version('2', 8)],
    ['no status at all', [{ op: 'replace', path: '/status/count', value: 8 }], version('2', 8)],
    ['labels', version('1', 7), version('2', 8, { labels: { x: '1' } })],
  ])('calls it again: %s', async (_, sent, stored) => {
    await write(sent, stored)
    update(version('1', 7), stored)
    expect(added).toEqual(['a'])
  })

  it('calls it again when it came while the reconcile ran', async () => {
    await changes.during(request, async () => {
      update(version('1', 7), version('2', 8))
      expect(added).toEqual([])
    })
    expect(added).toEqual(['a'])
  })

  it('is held back sixteen times at most', async () => {
    await changes.during(request, async () => {
      for (let count = 0; count < 17; count += 1) {
        update(version(String(count), count), version(String(count + 1), count + 1))
      }
      expect(added).toEqual(['a'])
    })
  })
})

it('a write outside of any reconcile is nobody’s', async () => {
  writes.record(version('1', 7), version('2', 8))
  update(version('1', 7), version('2', 8))
  expect(added).toEqual(['a'])
})
