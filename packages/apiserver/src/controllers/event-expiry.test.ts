import { FakeClock } from '@fairlead/base/testing'
import { describe, expect, it } from 'vitest'

import { AdmissionChain } from '../admission/admission-chain.ts'
import { Registry } from '../resources/registry.ts'
import { memoryJournal } from '../storage/journal.ts'
import { JournaledStorage } from '../storage/journaled-storage.ts'
import { EventExpiry } from './event-expiry.ts'

function setUp() {
  const clock = new FakeClock()
  const storage = new JournaledStorage({
    journal: memoryJournal(),
    history: { changes: 100, bytes: 1_000_000, bytesPerResource: 1_000_000 },
  })
  return {
    clock,
    storage,
    registry: new Registry([]),
    random: () => 0,
    admission: new AdmissionChain([]),
  }
}

describe('EventExpiry', () => {
  it('removes events an hour after they last happened', async () => {
    const context = setUp()
    const expiry = new EventExpiry(context)
    const create = (name: string, more: object): void => {
      const metadata = { name, namespace: 'default', creationTimestamp: '2026-01-01T00:00:00Z' }
      const event = { apiVersion: 'v1', kind: 'Event', metadata, ...more }
      context.storage.create({ resource: 'events', namespace: 'default', name }, event)
    }
    create('old', {})
    create('repeated', { series: { count: 2, lastObservedTime: '2026-01-01T00:30:00.000000Z' } })
    const names = (): unknown[] =>
      context.storage.list({ resource: 'events' }).objects.map(({ metadata }) => metadata.name)
    await context.clock.advance(59 * 60_000)
    expect(names()).toEqual(['old', 'repeated'])
    await context.clock.advance(6 * 60_000)
    expect(names()).toEqual(['repeated'])
    await context.clock.advance(30 * 60_000)
    expect(names()).toEqual([])
    expiry.stop()
    expect(context.clock.pendingTimers).toBe(0)
  })
})
