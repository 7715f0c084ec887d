import { FakeClock } from '@fairlead/base/testing'
import { describe, expect, it } from 'vitest'

import { AdmissionChain } from '../admission/admission-chain.ts'
import { Registry } from '../resources/registry.ts'
import { memoryJournal } from '../storage/journal.ts'
import { JournaledStorage } from '../storage/journaled-storage.ts'
import type { WatchEvent } from './watch-event.ts'
import { WatchSession } from './watch-session.ts'
import { kindNamed } from '../test-support/kind-named.ts'

const configMapKind = kindNamed('ConfigMap')

function setUp() {
  const clock = new FakeClock()
  const storage = new JournaledStorage({
    journal: memoryJournal(),
    history: { changes: 100, bytes: 100_000, bytesPerResource: 5_000 },
  })
  return {
    clock,
    storage,
    registry: new Registry([configMapKind]),
    random: () => 0,
    admission: new AdmissionChain([]),
  }
}

describe('WatchSession', () => {
  function watch(context: ReturnType<typeof setUp>, bookmarks: boolean, timeoutMs: number) {
    const sent: WatchEvent['type'][] = []
    let ended = 0
    const session = new WatchSession(context, {
      target: { definition: configMapKind, namespace: 'default' },
      selection: { all: true, matches: () => true },
      options: {
        fromRevision: 0,
        withObjects: true,
        marksObjects: false,
        bookmarks,
        timeoutMs,
      },
      listBlueprint: () => '',
      send: ({ type }) => sent.push(type) > 0,
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

  it('tells of a deletion after the turn in which it told of the mark', async () => {
    const context = setUp()
    const { sent } = watch(context, false, 300_000)
    const metadata = { name: 'going', namespace: 'default' }
    const key = { resource: 'configmaps', ...metadata }
    const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata }
    const created = context.storage.create(key, object)
    const mark = { deletionTimestamp: '2026-01-01T00:00:00Z', deletionGracePeriodSeconds: 0 }
    const marked = { ...object, metadata: { ...metadata, ...mark } }
    const { resourceVersion = '' } = created.metadata
    const last = context.storage.update(key, marked, resourceVersion)
    context.storage.delete(key, last.metadata.resourceVersion ?? '')
    context.storage.create(key, object)
    expect(sent).toEqual(['ADDED', 'MODIFIED'])
    await new Promise(setImmediate)
    expect(sent).toEqual(['ADDED', 'MODIFIED', 'DELETED', 'ADDED'])
  })

  describe('of a client that reads slowly', () => {
    function slowWatch(context: ReturnType<typeof setUp>, marksObjects = false) {
      const sent: string[] = []
      const state = { takes: 0, ended: 0 }
      const session = new WatchSession(context, {
        target: { definition: configMapKind, namespace: 'default' },
        selection: { all: true, matches: () => true },
        options: {
          fromRevision: 0,
          withObjects: true,
          marksObjects,
          bookmarks: true,
          timeoutMs: 1_000_000,
        },
        listBlueprint: () => '',
        send: (event) => {
          const { code } = event.type === 'ERROR' ? event.object : { code: undefined }
          const name = event.type === 'ERROR' ? code : event.object.metadata.name
          sent.push(`${event.type} ${name ?? ''}`)
          state.takes -= 1
          return state.takes > 0
        },
        end: () => (state.ended += 1),
      })
      const take = (count: number) => {
        state.takes = count
        session.resume()
        return sent.splice(0)
      }
      return { session, take, state, sent }
    }

    function write(context: ReturnType<typeof setUp>, name: string, text = '') {
      const metadata = { name, namespace: 'default' }
      const key = { resource: 'configmaps', ...metadata }
      context.storage.create(key, {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata,
        data: { text },
      })
    }

    it('queues nothing, and sends what was missed when it takes more', () => {
      const context = setUp()
      for (const name of ['a', 'b', 'c']) write(context, name)
      const { session, take, sent } = slowWatch(context, true)
      session.start()
      expect(sent.splice(0)).toEqual(['ADDED a'])
      for (const name of ['d', 'e', 'f']) write(context, name)
      expect(sent).toEqual([])
      expect(take(3)).toEqual(['ADDED b', 'ADDED c', 'BOOKMARK '])
      expect(take(2)).toEqual(['ADDED d', 'ADDED e'])
      expect(take(9)).toEqual(['ADDED f'])
      write(context, 'g')
      expect(sent).toEqual(['ADDED g'])
    })

    it('sends no bookmark for what it has not sent', async () => {
      const context = setUp()
      for (const name of ['a', 'b']) write(context, name)
      const { session, take, sent } = slowWatch(context)
      session.start()
      sent.splice(0)
      await context.clock.advance(60_000)
      expect(sent).toEqual([])
      expect(take(9)).toEqual(['ADDED b'])
      await context.clock.advance(60_000)
      expect(sent).toEqual(['BOOKMARK '])
    })

    it('ends with 410 when the history has dropped what it missed', () => {
      const context = setUp()
      write(context, 'a')
      const { session, take, sent, state } = slowWatch(context)
      session.start()
      sent.splice(0)
      for (let count = 0; count < 10; count++) write(context, `n${count}`, 'x'.repeat(1_000))
      expect(take(9)).toEqual(['ERROR 410'])
      expect(state.ended).toBe(1)
      expect(context.clock.pendingTimers).toBe(0)
    })
  })
})
