import { FakeClock } from '@fairlead/base/testing'
import { expect, test } from 'vitest'
import type { ToWorker } from '../worker-messages/messages.ts'
import { TicketKeys } from './ticket-keys.ts'

test('all workers get the same keys, and others after half a day', async () => {
  const clock = new FakeClock()
  let count = 0
  const keys = new TicketKeys(clock, (bytes) => new Uint8Array(bytes).fill((count += 1)))
  const [first, second]: [ToWorker[], ToWorker[]] = [[], []]
  const leave = keys.join((message) => first.push(message))
  keys.join((message) => second.push(message))
  const of = (value: number) => ({ type: 'ticket-keys', keys: new Uint8Array(48).fill(value) })
  expect([first, second]).toEqual([[of(1)], [of(1)]])
  leave()
  await clock.advance(12 * 3_600_000)
  expect([first, second]).toEqual([[of(1)], [of(1), of(2)]])
  keys.stop()
  expect(clock.pendingTimers).toBe(0)
})
