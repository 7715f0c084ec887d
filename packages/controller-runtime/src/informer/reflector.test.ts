import { aborted, silentLogger } from '@fairlead/base'
import { FakeClock } from '@fairlead/base/testing'
import { ConfigMap, errors } from '@fairlead/kube-core'
import type { KubernetesList, StatusError, TypedObject } from '@fairlead/kube-core'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { ListOptions, Reader, WatchEvent, WatchOptions } from '../client/client.ts'
import { ConnectionError } from '../client/connection-error.ts'
import { Contact } from './contact.ts'
import { Reflector } from './reflector.ts'

type List = KubernetesList<ConfigMap>
type Event = WatchEvent<ConfigMap>
/** What a watch does: it gives events, then fails, ends or, with 'open', stays. */
type Watch = readonly (Event | Error | 'open')[]

let clock: FakeClock
let lists: (List | Error)[]
let watches: Watch[]
let asked: string[]
let told: string[]
let stop: AbortController
let running: Promise<void>

beforeEach(() => {
  clock = new FakeClock()
  lists = []
  watches = []
  asked = []
  told = []
  stop = new AbortController()
  running = Promise.resolve()
})

afterEach(async () => {
  stop.abort()
  await running
  expect(clock.pendingTimers).toBe(0)
})

const object = (name: string, resourceVersion: string): ConfigMap => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { namespace: 'ns', name, resourceVersion },
})
const list = (resourceVersion: string, ...items: ConfigMap[]): List => ({
  apiVersion: 'v1',
  kind: 'ConfigMapList',
  metadata: { resourceVersion },
  items,
})
const added = (name: string, version: string): Event => ({
  type: 'ADDED',
  object: object(name, version),
})
const bookmark = (resourceVersion: string, annotations = {}): Event => ({
  type: 'BOOKMARK',
  object: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { resourceVersion, annotations } },
})
const endOfList = (version: string) => bookmark(version, { 'k8s.io/initial-events-end': 'true' })
const failed = (error: StatusError): Event => ({
  type: 'ERROR',
  object: error.status,
})
const expired = () => errors.expired('too old resource version')
const refused = () => errors.badRequest('sendInitialEvents is forbidden for watch')

function reader(): Reader {
  const one = {
    get: () => Promise.reject(new Error('not used')),
    list(_: unknown, { limit, continue: token }: ListOptions = {}): Promise<List> {
      const page = token === undefined ? '' : ` after ${token}`
      asked.push(limit === undefined ? 'list everything' : `list ${limit}${page}`)
      const answer = lists.shift() ?? new ConnectionError('no list is scripted')
      return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer)
    },
    async *watch(_: unknown, options: WatchOptions = {}) {
      const { sendInitialEvents, resourceVersionMatch, resourceVersion, allowWatchBookmarks } =
        options
      expect(allowWatchBookmarks).toBe(true)
      const streamed = `stream ${resourceVersionMatch} ${resourceVersion ?? 'the newest'}`
      asked.push(sendInitialEvents === true ? streamed : `watch ${resourceVersion}`)
      for (const step of watches.shift() ?? ['open']) {
        if (step instanceof Error) throw step
        options.onActivity?.()
        if (step !== 'open') yield step
        else if (options.signal !== undefined) await aborted(options.signal)
        options.signal?.throwIfAborted()
      }
    },
  }
  return one as unknown as Reader
}

function run(options: { watchList?: boolean; signal?: AbortSignal } = {}): void {
  const text = ({ metadata }: TypedObject) => `${metadata.name}@${metadata.resourceVersion}`
  const reflector = new Reflector<ConfigMap, string>({
    client: reader(),
    type: ConfigMap,
    scope: {},
    clock,
    random: () => 0,
    logger: silentLogger,
    contact: new Contact(clock),
    idleTimeoutMs: 120_000,
    watchList: options.watchList ?? true,
    sink: {
      keep: text,
      replace: (objects) => told.push(`[${[...objects].join(' ')}]`),
      change: (type, changed) => told.push(`${type} ${text(changed)}`),
      reached: (version) => told.push(version),
    },
  })
  running = reflector.run(options.signal ?? stop.signal)
}

const eventually = (check: () => void) => vi.waitFor(check, { timeout: 5000, interval: 1 })

/** Waits for the pause after a failure and ends it. */
async function pass(delayMs: number): Promise<void> {
  await eventually(() => expect(clock.nextTimerInMs).toBe(delayMs))
  await clock.advance(delayMs)
}

// client-go tools/cache/reflector_test.go
describe('a reflector', () => {
  // TestReflectorWatchStoppedBefore, TestReflectorStopWatch
  it('asks for nothing once it is stopped', async () => {
    run({ signal: AbortSignal.abort() })
    await running
    expect(asked).toEqual([])
  })

  // TestRunUntil, TestReflectorWatchStoppedAfter, TestReflectorHandleWatchStoppedAfter
  it('ends its watch when it is stopped', async () => {
    watches.push([endOfList('1'), 'open'])
    run()
    await eventually(() => expect(told).toEqual(['[]', '1']))
    stop.abort()
    await running
    expect(asked).toHaveLength(1)
  })

  // TestReflectorListAndWatch: "UseWatchList enabled", "UseWatchList disabled"
  it.each([true, false])('lists and watches, with a streamed list: %s', async (watchList) => {
    const events: Watch = [added('b', '3'), added('c', '4'), 'open']
    if (watchList) watches.push([added('a', '1'), endOfList('2'), ...events])
    else {
      lists.push(list('2', object('a', '1')))
      watches.push(events)
    }
    run({ watchList })
    await eventually(() => expect(told.at(-1)).toBe('4'))
    expect(told).toEqual(['[a@1]', '2', 'ADDED b@3', '3', 'ADDED c@4', '4'])
    expect(asked).toEqual(watchList ? ['stream NotOlderThan the newest'] : ['list 500', 'watch 2'])
  })

  // TestReflectorListAndWatchWithErrors
  it('lists again until it may, and tells of nothing until then', async () => {
    lists.push(errors.forbidden('configmaps', '', 'no'), list('5', object('a', '4')))
    run({ watchList: false })
    await pass(800)
    await eventually(() => expect(told).toEqual(['[a@4]', '5']))
    expect(asked).toEqual(['list 500', 'list 500', 'watch 5'])
  })

  // TestReflectorListAndWatchInitConnBackoff
  it('waits longer after each failure, and never longer than 30 s', async () => {
    run({ watchList: false })
    for (const delayMs of [800, 1600, 3200, 6400, 12_800, 25_600, 30_000, 30_000]) {
      await pass(delayMs)
    }
    expect(asked).toHaveLength(9)
  })

  // TestBackoffOnTooManyRequests, TestNoRelistOnTooManyRequests, TestRetryInternalError
  it.each([
    ['429', errors.tooManyRequests('wait', 1)],
    ['500', errors.internal('broken')],
    ['a refused connection', new ConnectionError('ECONNREFUSED')],
  ])('watches again without a list after %s', async (_, error) => {
    lists.push(list('5'))
    watches.push([error], [added('a', '6'), 'open'])
    run({ watchList: false })
    await pass(800)
    await eventually(() => expect(told.at(-1)).toBe('6'))
    expect(asked).toEqual(['list 500', 'watch 5', 'watch 5'])
  })

  // TestCloseWatchChannelOnError; TestReflectorResyncWithResourceVersion and the like: 410
  it('lists again when its version has expired', async () => {
    lists.push(list('5'), list('9', object('a', '8')))
    watches.push([failed(expired())], ['open'])
    run({ watchList: false })
    await pass(800)
    await eventually(() => expect(told).toEqual(['[]', '5', '[a@8]', '9']))
    expect(asked).toEqual(['list 500', 'watch 5', 'list 500', 'watch 9'])
  })

  // TestReflectorWatchListPageSize
  it('reads a list in pages of 500', async () => {
    const page = (version: string, token?: string): List => ({
      ...list(version, object(version, version)),
      metadata: { resourceVersion: '9', ...(token === undefined ? {} : { continue: token }) },
    })
    lists.push(page('1', 'x'), page('2', 'y'), page('3'))
    run({ watchList: false })
    await eventually(() => expect(told).toEqual(['[1@1 2@2 3@3]', '9']))
    expect(asked.slice(0, 3)).toEqual(['list 500', 'list 500 after x', 'list 500 after y'])
  })

  // TestReflectorFullListIfExpired
  it('lists everything at once when the version of its pages expires', async () => {
    const first = { ...list('5'), metadata: { resourceVersion: '5', continue: 'x' } }
    lists.push(first, expired(), list('7', object('a', '6')))
    run({ watchList: false })
    await eventually(() => expect(told).toEqual(['[a@6]', '7']))
    expect(asked).toEqual(['list 500', 'list 500 after x', 'list everything', 'watch 7'])
  })

  // TestReflectorFullListIfTooLarge
  it('lists again when the server is behind the version that it asks for', async () => {
    lists.push(list('5'), list('4'))
    watches.push([errors.tooLargeResourceVersion(5, 4)])
    run({ watchList: false })
    await pass(800)
    await eventually(() => expect(asked).toEqual(['list 500', 'watch 5', 'list 500', 'watch 4']))
  })

  // TestReflectorHandleWatchResultChanClosedBefore, …After: VeryShortWatchError
  it('pauses after a watch that ends at once', async () => {
    lists.push(list('5'))
    watches.push([], [])
    run({ watchList: false })
    await pass(800)
    await pass(1600)
    await eventually(() => expect(asked).toEqual(['list 500', 'watch 5', 'watch 5', 'watch 5']))
  })

  // TestWatchTimeout: between 5 and 10 minutes
  it('ends a watch that the server does not', async () => {
    lists.push(list('5'))
    run({ watchList: false })
    await eventually(() => expect(asked).toEqual(['list 500', 'watch 5']))
    for (let minute = 0; minute < 3; minute += 1) await clock.advance(60_000)
    await eventually(() => expect(asked).toEqual(['list 500', 'watch 5', 'watch 5']))
  })
})

// client-go tools/cache/reflector_watchlist_test.go: TestWatchList
describe('a streamed list', () => {
  // "the reflector can fall back to old LIST/WATCH semantics when a server doesn't support streaming"
  it('is read in pages, at once and for good, where the server refuses to stream', async () => {
    watches.push([refused()], [failed(expired())], ['open'])
    lists.push(list('5', object('a', '4')), list('9'))
    run()
    await eventually(() => expect(told).toEqual(['[a@4]', '5']))
    await pass(800)
    await eventually(() => expect(told.at(-1)).toBe('9'))
    const inPages = ['list 500', 'watch 5', 'list 500', 'watch 9']
    expect(asked).toEqual(['stream NotOlderThan the newest', ...inPages])
  })

  // "prove that the reflector is synced after receiving a bookmark event"
  it('is told when its end has come, not before', async () => {
    watches.push([added('a', '1'), added('b', '2'), 'open'])
    run()
    await eventually(() => expect(asked).toHaveLength(1))
    await clock.advance(1000)
    expect(told).toEqual([])
  })

  // "check if Updates and Deletes events are propagated during streaming"
  it('takes changes that happen while it comes', async () => {
    watches.push([
      added('a', '1'),
      added('b', '2'),
      { type: 'MODIFIED', object: object('a', '3') },
      { type: 'DELETED', object: object('b', '4') },
      endOfList('5'),
      'open',
    ])
    run()
    await eventually(() => expect(told).toEqual(['[a@3]', '5']))
  })

  // "checks if stopping a watcher before sync results in creating a new watch-list request": here
  // in pages, so that whoever cuts every stream does not keep it from ever being read
  it.each<[string, Watch]>([
    ['breaks', [added('a', '1'), new ConnectionError('broken')]],
    ['ends', [added('a', '1')]],
    ['fails', [added('a', '1'), failed(errors.internal('etcd'))]],
    ['does not say where it ends', [added('a', '1'), bookmark('1')]],
  ])('that %s is read in pages, after a pause, and streamed the next time', async (_, watch) => {
    watches.push(watch, [failed(expired())], [added('c', '7'), endOfList('8'), 'open'])
    lists.push(list('5', object('b', '4')))
    run()
    await pass(800)
    await eventually(() => expect(told).toEqual(['[b@4]', '5']))
    await pass(1600)
    await eventually(() => expect(told.slice(2)).toEqual(['[c@7]', '8']))
    expect(asked).toEqual([
      'stream NotOlderThan the newest',
      'list 500',
      'watch 5',
      'stream NotOlderThan the newest',
    ])
  })

  it('that never comes is given up', async () => {
    watches.push(['open'])
    lists.push(list('5'))
    run()
    await eventually(() => expect(asked).toHaveLength(1))
    await clock.advance(120_000)
    await pass(800)
    await eventually(() => expect(told).toEqual(['[]', '5']))
  })

  // "stopping a watcher after synchronization results in creating a new watch request"
  it('is not read again when the watch that began with it ends', async () => {
    watches.push([endOfList('5'), added('a', '6')], ['open'])
    run()
    await eventually(() => expect(asked.slice(1)).toEqual(['watch 6']))
  })

  // "expiring an established watch results in … a new request"
  it('is read again when the version of its watch expires', async () => {
    watches.push([endOfList('5'), failed(expired())], [endOfList('9'), 'open'])
    run()
    await pass(800)
    await eventually(() => expect(told).toEqual(['[]', '5', '[]', '9']))
  })
})
