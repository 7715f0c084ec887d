import { describe, expect, it } from 'vitest'

import { configMapKind } from '../core-kinds/config-map.ts'
import { Registry } from '../resources/registry.ts'
import { memoryJournal } from '../storage/journal.ts'
import { JournaledStorage } from '../storage/journaled-storage.ts'
import { FakeClock } from '@fairlead/base/testing'
import type { WatchEvent } from './watch-event.ts'
import { WatchSession } from './watch-session.ts'

function setUp() {
  const clock = new FakeClock()
  const storage = new JournaledStorage({ journal: memoryJournal(), historyLimit: 100 })
  return { clock, storage, registry: new Registry([configMapKind]), random: () => 0 }
}

describe('WatchSession', () => {
  function watch(context: ReturnType<typeof setUp>, bookmarks: boolean, timeoutMs: number) {
    const sent: WatchEvent['type'][] = []
    let ended = 0
    const session = new WatchSession(context, {
      target: { definition: configMapKind, namespace: 'default' },
      selection: { all: true, matches: () => true },
      options: { fromRevision: 0, bookmarks, sendInitialEvents: false, timeoutMs },
      send: ({ type }) => sent.push(type),
      end: () => ended++,
    })
    session.start()
    return { sent, session, ended: () => ended }
  }

  it('sends bookmarks each minute and two seconds before its end', async () => {
    const context = setUp()
    const { sent, ended } = watch(context, true, 150_000)
    await context.clock.advance(59_999)
    expect(sent).toHaveLength(0)
    await context.clock.advance(1)
    expect(sent).toEqual(['BOOKMARK'])
    await context.clock.advance(60_000)
    expect(sent).toHaveLength(2)
    await context.clock.advance(28_000)
    expect(sent).toHaveLength(3)
    await context.clock.advance(2_000)
    expect(ended()).toBe(1)
    expect(context.clock.pendingTimers).toBe(0)
  })

  it('sends no bookmarks to those who did not ask', async () => {
    const context = setUp()
    const { sent, ended } = watch(context, false, 300_000)
    await context.clock.advance(300_000)
    expect(sent).toEqual([])
    expect(ended()).toBe(1)
  })

  it('leaves neither timers nor subscriptions when it is stopped', () => {
    const context = setUp()
    const { sent, session, ended } = watch(context, true, 300_000)
    session.stop()
    const metadata = { name: 'late', namespace: 'default' }
    const key = { resource: 'configmaps', ...metadata }
    context.storage.create(key, { apiVersion: 'v1', kind: 'ConfigMap', metadata })
    expect(sent).toEqual([])
    expect(ended()).toBe(0)
    expect(context.clock.pendingTimers).toBe(0)
  })
})
