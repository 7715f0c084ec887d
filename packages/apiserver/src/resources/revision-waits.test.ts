import { FakeClock } from '@fairlead/base/testing'
import { expect, it } from 'vitest'

import type { Storage } from '../storage/storage.ts'
import { RevisionWaits } from './revision-waits.ts'

function atRevision(revision: number) {
  const listeners = new Set<() => void>()
  const storage: Pick<Storage, 'revision' | 'subscribe'> & { revision: number } = {
    revision,
    subscribe(_resource, listener: (change: never) => void) {
      const told = (): void => listener(undefined as never)
      listeners.add(told)
      return () => void listeners.delete(told)
    },
  }
  const clock = new FakeClock()
  const waits = new RevisionWaits(storage, clock)
  const commit = (): void => {
    storage.revision += 1
    for (const listener of listeners) listener()
  }
  const isIdle = () => listeners.size === 0 && clock.pendingTimers === 0
  return { waits, clock, commit, isIdle }
}

it('waits for no revision that has been reached', () => {
  const { waits, isIdle } = atRevision(5)
  expect(['', '0', '5'].map((each) => waits.reached(each))).toEqual([
    undefined,
    undefined,
    undefined,
  ])
  expect(isIdle()).toBe(true)
})

it('goes on once the revision is reached', async () => {
  const { waits, commit, isIdle } = atRevision(5)
  const order: string[] = []
  const next = waits.reached('6')?.then(() => order.push('6'))
  const later = waits.reached('7')?.then(() => order.push('7'))
  commit()
  await next
  expect(order).toEqual(['6'])
  commit()
  await later
  expect(isIdle()).toBe(true)
})

it('gives up after three seconds, and says when to come again', async () => {
  const { waits, clock, isIdle } = atRevision(5)
  const pending = expect(waits.reached('18446744073709551615')).rejects.toMatchObject({
    code: 504,
    message: 'Timeout: Too large resource version: 18446744073709551615, current: 5',
    retryAfterSeconds: 1,
  })
  await clock.advance(2_999)
  expect(isIdle()).toBe(false)
  await clock.advance(1)
  await pending
  expect(isIdle()).toBe(true)
})

it('leaves nothing behind when it stops', async () => {
  const { waits, isIdle } = atRevision(5)
  const pending = expect(waits.reached('6')).rejects.toMatchObject({ code: 504 })
  waits.stop()
  await pending
  expect(isIdle()).toBe(true)
})
