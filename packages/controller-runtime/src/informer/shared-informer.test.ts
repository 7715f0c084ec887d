import { ConfigMap } from '@fairlead/kube-core'
import { silentLogger } from '@fairlead/base'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createClient } from '../client/create-client.ts'
import { fixedCredentials } from '../kube-config/kube-config.ts'
import { cpuTimeMs, FakeClock } from '@fairlead/base/testing'
import {
  endedWatch,
  hangUp,
  json,
  openWatch,
  plain,
  ScriptedServer,
} from '../testing/scripted-server.ts'
import { createMetrics } from '../metrics/metrics.ts'
import { SharedInformer } from './shared-informer.ts'
import type { InformerOptions } from './shared-informer.ts'

let server: ScriptedServer
let clock: FakeClock
let cleanUp: (() => Promise<void>)[]

beforeEach(async () => {
  server = await ScriptedServer.start()
  clock = new FakeClock()
  cleanUp = []
})

afterEach(async () => {
  for (const step of cleanUp.toReversed()) await step()
  await server[Symbol.asyncDispose]()
})

function object(name: string, resourceVersion: string, uid = `uid-${name}`): ConfigMap {
  const metadata = { namespace: 'default', name, uid, resourceVersion }
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata }
}

function list(resourceVersion: string, ...items: readonly ConfigMap[]) {
  return json(200, {
    apiVersion: 'v1',
    kind: 'ConfigMapList',
    metadata: { resourceVersion },
    items,
  })
}

const added = (name: string, version: string) => ({ type: 'ADDED', object: object(name, version) })
const modified = (name: string, version: string) => ({
  type: 'MODIFIED',
  object: object(name, version),
})
const deleted = (name: string, version: string) => ({
  type: 'DELETED',
  object: object(name, version),
})
const bookmark = (resourceVersion: string) => ({
  type: 'BOOKMARK',
  object: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { resourceVersion } },
})
const failure = (code: number, reason: string) => ({
  kind: 'Status',
  apiVersion: 'v1',
  metadata: {},
  status: 'Failure',
  reason,
  message: reason,
  code,
})
const gone = { type: 'ERROR', object: failure(410, 'Expired') }

/** Starts an informer and records what a handler receives. */
function watch(options: Partial<InformerOptions<ConfigMap>> = {}) {
  const client = createClient({
    server: server.url,
    tls: {},
    credentials: fixedCredentials({}),
  })
  const informer = new SharedInformer<ConfigMap>({
    client,
    type: ConfigMap,
    clock,
    random: () => 0,
    logger: silentLogger,
    ...options,
  })
  const heard: string[] = []
  const short = ({ metadata }: ConfigMap) => `${metadata.name}@${metadata.resourceVersion}`
  informer.onEvent({
    added: (one, { initial }) => heard.push(`${initial ? 'initial' : 'added'} ${short(one)}`),
    updated: (old, one) => heard.push(`updated ${short(old)} ${short(one)}`),
    deleted: (one, { stateUnknown }) =>
      heard.push(`${stateUnknown ? 'lost' : 'deleted'} ${short(one)}`),
  })
  const stop = new AbortController()
  const running = informer.start(stop.signal)
  cleanUp.push(async () => {
    stop.abort()
    await running.catch(() => {})
    await client.close()
  })
  return { informer, heard, stop, running }
}

const eventually = (check: () => void) => vi.waitFor(check, { timeout: 5000, interval: 2 })

/** Waits until the informer backs off after a failure, and advances the clock by that time. */
async function passBackoff(expectedMs: number): Promise<void> {
  await eventually(() => expect(clock.nextTimerInMs).toBe(expectedMs))
  await clock.advance(expectedMs)
}

describe('an informer', () => {
  it('lists, then hears every change in order with the old object', async () => {
    server.calls.push(list('10', object('a', '5'), object('b', '6')))
    server.watches.push(openWatch(modified('a', '11'), added('c', '12'), deleted('b', '13')))
    const { informer, heard } = watch()
    await eventually(() => expect(heard).toHaveLength(5))
    expect(heard).toEqual([
      'initial a@5',
      'initial b@6',
      'updated a@5 a@11',
      'added c@12',
      'deleted b@13',
    ])
    expect(informer.list().map(({ metadata }) => metadata.name)).toEqual(['a', 'c'])
    expect(Object.fromEntries(server.watchRequests[0]?.query ?? [])).toEqual({
      watch: 'true',
      resourceVersion: '10',
      allowWatchBookmarks: 'true',
      timeoutSeconds: '300',
    })
  })

  it('reads a long list in pages and is synced only after the last', async () => {
    const page = (next: string, ...items: ConfigMap[]) =>
      json(200, {
        apiVersion: 'v1',
        kind: 'ConfigMapList',
        metadata: { resourceVersion: '9', continue: next },
        items,
      })
    server.calls.push(page('two', object('a', '1')), page('', object('b', '2')))
    const { informer } = watch()
    expect(informer.synced).toBe(false)
    await informer.waitForSync(AbortSignal.timeout(5000))
    expect(informer.list()).toHaveLength(2)
    const queries = server.callRequests.map(({ query }) => query.toString())
    expect(queries).toEqual(['limit=500', 'limit=500&continue=two'])
  })

  it('takes the whole list at once when its pages expired meanwhile', async () => {
    const first = {
      apiVersion: 'v1',
      kind: 'ConfigMapList',
      metadata: { resourceVersion: '9', continue: 'two' },
      items: [object('a', '1')],
    }
    server.calls.push(
      json(200, first),
      json(410, failure(410, 'Expired')),
      list('12', object('b', '2')),
    )
    const { informer } = watch()
    await informer.waitForSync(AbortSignal.timeout(5000))
    expect(informer.list().map(({ metadata }) => metadata.name)).toEqual(['b'])
  })

  it('gives frozen objects', async () => {
    server.calls.push(list('10', object('a', '5')))
    const { informer } = watch()
    await informer.waitForSync(AbortSignal.timeout(5000))
    const found = informer.get({ namespace: 'default', name: 'a' })
    expect(Object.isFrozen(found?.metadata)).toBe(true)
  })

  it('continues an ended watch from the last version, without listing again', async () => {
    server.calls.push(list('10'))
    server.watches.push(endedWatch(added('a', '11')), endedWatch(added('b', '12'), bookmark('20')))
    const { heard } = watch()
    await eventually(() => expect(server.watchRequests).toHaveLength(3))
    expect(heard).toEqual(['added a@11', 'added b@12'])
    const from = server.watchRequests.map(({ query }) => query.get('resourceVersion'))
    expect(from).toEqual(['10', '11', '20'])
    expect(server.callRequests).toHaveLength(1)
  })

  it('continues a watch that was cut inside an event, at every byte of it', async () => {
    const line = JSON.stringify(modified('a', '11')) + '\n'
    const cuts = Array.from({ length: line.length - 1 }, (_, cut) => cut)
    server.calls.push(list('10', object('a', '5')))
    for (const cut of cuts) {
      server.watches.push((response) => {
        response.write(JSON.stringify(bookmark('10')) + '\n')
        response.write(line.slice(0, cut))
        response.end()
      })
    }
    server.watches.push(openWatch(modified('a', '11')))
    const { heard } = watch({ backoff: { baseMs: 0, maxMs: 0 } })
    while (heard.length < 2) await clock.advance(1)
    expect(heard).toEqual(['initial a@5', 'updated a@5 a@11'])
    expect(server.watchRequests).toHaveLength(cuts.length + 1)
    expect(server.callRequests).toHaveLength(1)
  })

  describe('after 410', () => {
    it.each([
      ['as an event', () => openWatch(gone)],
      ['as an answer', () => json(410, failure(410, 'Expired'))],
    ])('%s lists again and reports what it missed', async (_, answer) => {
      server.calls.push(
        list('10', object('same', '1'), object('changed', '2'), object('lost', '3')),
        list('50', object('same', '1'), object('changed', '40'), object('new', '41')),
      )
      server.watches.push(answer(), openWatch(modified('new', '51')))
      const { heard } = watch()
      await passBackoff(800)
      await eventually(() => expect(heard).toHaveLength(7))
      expect(heard.slice(3)).toEqual([
        'updated changed@2 changed@40',
        'added new@41',
        'lost lost@3',
        'updated new@41 new@51',
      ])
      expect(server.watchRequests[1]?.query.get('resourceVersion')).toBe('50')
    })

    it('reports an object that was replaced by another of its name as lost and added', async () => {
      server.calls.push(list('10', object('a', '5', 'one')), list('50', object('a', '40', 'two')))
      server.watches.push(openWatch(gone))
      const { heard } = watch()
      await passBackoff(800)
      await eventually(() => expect(heard).toHaveLength(3))
      expect(heard).toEqual(['initial a@5', 'lost a@5', 'added a@40'])
    })
  })

  it('waits longer and longer while the server is not there, and never lists in between', async () => {
    server.calls.push(list('10'))
    server.watches.push(...Array.from({ length: 8 }, () => hangUp))
    // The client also retries a read on a broken connection; that has its own test.
    const { informer, heard } = watch({ client: brokenWatches(8) })
    for (const delayMs of [800, 1600, 3200, 6400, 12_800, 25_600, 30_000, 30_000]) {
      await passBackoff(delayMs)
    }
    await eventually(() => expect(heard).toEqual(['added a@11']))
    expect(informer.lastError).toBeUndefined()
  })

  it('starts with short delays again after two quiet minutes', async () => {
    server.calls.push(list('10'))
    const busy = () => plain(429, 'busy')
    server.watches.push(busy(), busy(), openWatch())
    const { informer } = watch({ idleTimeoutMs: Infinity })
    await passBackoff(800)
    expect(informer.lastError).toBeDefined()
    await passBackoff(1600)
    await eventually(() => expect(server.watchRequests).toHaveLength(3))
    await eventually(() => expect(informer.lastError).toBeUndefined())
    expect(server.callRequests).toHaveLength(1)
    server.watches.push(busy())
    // Two minutes later the server ends the connection; it was open, so the next starts at once.
    await clock.advance(330_000)
    await passBackoff(800)
  })

  it('takes a watch that ends at once without events for a failure', async () => {
    server.calls.push(list('10'))
    server.watches.push(endedWatch(), endedWatch(bookmark('11')), openWatch(added('a', '12')))
    const { heard } = watch()
    await passBackoff(800)
    await passBackoff(1600)
    await eventually(() => expect(heard).toEqual(['added a@12']))
    expect(server.callRequests).toHaveLength(1)
    expect(server.watchRequests[2]?.query.get('resourceVersion')).toBe('11')
  })

  it.each([
    ['500 keeps its version', { type: 'ERROR', object: failure(500, 'InternalError') }, 1],
    ['404 lists again', { type: 'ERROR', object: failure(404, 'NotFound') }, 2],
    ['an unknown error keeps its version', { type: 'ERROR', object: { what: 'ever' } }, 1],
  ])('after an ERROR event: %s', async (_, event, lists) => {
    server.calls.push(list('10'), list('10'))
    server.watches.push(openWatch(event), openWatch(added('a', '11')))
    const { heard } = watch()
    await passBackoff(800)
    await eventually(() => expect(heard).toEqual(['added a@11']))
    expect(server.callRequests).toHaveLength(lists)
  })

  it('lists until it may', async () => {
    server.calls.push(plain(403, 'no'), plain(404, 'no such kind'), list('10', object('a', '1')))
    const { informer, heard } = watch()
    await passBackoff(800)
    expect(informer.synced).toBe(false)
    await passBackoff(1600)
    await informer.waitForSync(AbortSignal.timeout(5000))
    expect(heard).toEqual(['initial a@1'])
  })

  it.each([
    ['on which the server does not end the watch in time', { idleTimeoutMs: Infinity }, 330_000],
    ['that was silent for two minutes', {}, 120_000],
    ['that was silent for longer than allowed', { idleTimeoutMs: 90_000 }, 90_000],
  ])('gives up a connection %s', async (_, options, afterMs) => {
    server.calls.push(list('10'))
    server.watches.push(openWatch(added('a', '11')), openWatch(added('b', '12')))
    const { heard } = watch(options)
    await eventually(() => expect(heard).toEqual(['added a@11']))
    await clock.advance(afterMs - 1)
    expect(server.watchRequests).toHaveLength(1)
    await clock.advance(1)
    await eventually(() => expect(heard).toEqual(['added a@11', 'added b@12']))
    expect(server.callRequests).toHaveLength(1)
  })

  it('gives up a connection on which the server never accepts the watch', async () => {
    server.calls.push(list('10'))
    server.watches.push(() => {}, openWatch(added('a', '11')))
    const { heard, informer } = watch({ idleTimeoutMs: Infinity })
    await eventually(() => expect(server.watchRequests).toHaveLength(1))
    await clock.advance(60_000)
    expect(informer.lastError?.message).toContain('the next byte of the watch of configmaps')
    expect(informer.failingForMs).toBe(0)
    await passBackoff(800)
    await eventually(() => expect(heard).toEqual(['added a@11']))
    expect(informer.failingForMs).toBeUndefined()
    expect(server.callRequests).toHaveLength(1)
  })

  it('keeps a quiet connection on which bookmarks come', async () => {
    let send: (event: unknown) => void = () => {}
    server.calls.push(list('10'))
    server.watches.push((response, request) => {
      openWatch()(response, request)
      send = (event) => void response.write(JSON.stringify(event) + '\n')
    })
    const metrics = createMetrics()
    watch({ metrics })
    const silence = async () => {
      const text = await metrics.registry.metrics()
      return /informer_silence_seconds\{name="configmaps"\} (\S+)/.exec(text)?.[1]
    }
    await eventually(() => expect(server.watchRequests).toHaveLength(1))
    await clock.advance(0)
    for (let minute = 0; minute < 4; minute += 1) {
      await clock.advance(60_000)
      send(bookmark(`${20 + minute}`))
      await vi.waitFor(async () => expect(await silence()).toBe('0'))
    }
    expect(server.watchRequests).toHaveLength(1)
  })

  it('counts its lists and watches, and shows how it fares while it runs', async () => {
    server.calls.push(list('10'), list('11'))
    server.watches.push(endedWatch(), endedWatch(gone), openWatch())
    const metrics = createMetrics()
    const { stop, running } = watch({ metrics })
    const lines = async () => {
      const text = await metrics.registry.metrics()
      return text.split('\n').filter((line) => line.includes('{name="configmaps"} '))
    }
    await passBackoff(800)
    await eventually(() => expect(clock.nextTimerInMs).toBe(1600))
    await clock.advance(1000)
    const failing = await lines()
    expect(failing).toContain('informer_failing_seconds{name="configmaps"} 1.8')
    expect(failing).toContain('informer_silence_seconds{name="configmaps"} 1')
    expect(failing).toContain('informer_synced{name="configmaps"} 1')
    await clock.advance(600)
    await eventually(() => expect(server.watchRequests).toHaveLength(3))
    const working = await lines()
    expect(working).toContain('reflector_lists_total{name="configmaps"} 2')
    expect(working).toContain('reflector_watches_total{name="configmaps"} 3')
    expect(working).toContain('reflector_short_watches_total{name="configmaps"} 2')
    stop.abort()
    await running
    expect(await metrics.registry.metrics()).not.toContain('configmaps')
  })

  it('tells a later handler what is here, and nothing more once it unsubscribes', async () => {
    let send: (event: unknown) => void = () => {}
    server.calls.push(list('10', object('a', '5')))
    server.watches.push((response, request) => {
      openWatch()(response, request)
      send = (event) => void response.write(JSON.stringify(event) + '\n')
    })
    const { informer, heard } = watch()
    await eventually(() => expect(server.watchRequests).toHaveLength(1))
    const late: string[] = []
    const unsubscribe = informer.onEvent({
      added: ({ metadata }, { initial }) => late.push(`${metadata.name} ${initial}`),
    })
    send(added('b', '11'))
    await eventually(() => expect(heard).toHaveLength(2))
    unsubscribe()
    send(added('c', '12'))
    await eventually(() => expect(heard).toHaveLength(3))
    expect(late).toEqual(['a true', 'b false'])
  })

  it('calls a handler that throws again, with what came meanwhile after that, in order', async () => {
    server.calls.push(list('10', object('a', '5')))
    server.watches.push(openWatch(added('b', '11'), modified('a', '12')))
    const { informer, heard } = watch()
    const seen: string[] = []
    let failures = 3
    const handle = ({ metadata }: ConfigMap) => {
      if ((failures -= 1) >= 0) throw new Error('broken handler')
      seen.push(`${metadata.name}@${metadata.resourceVersion}`)
    }
    informer.onEvent({ added: handle, updated: (_, after) => handle(after) })
    await eventually(() => expect(heard).toHaveLength(3))
    expect(seen).toEqual([])
    for (const delayMs of [5, 10]) await passBackoff(delayMs)
    expect(seen).toEqual([])
    await passBackoff(20)
    expect(seen).toEqual(['a@5', 'b@11', 'a@12'])
  })

  it('fails when a handler throws until too many events wait for it', async () => {
    server.calls.push(list('10'))
    const events = Array.from({ length: 10_001 }, (_, index) => modified('a', String(11 + index)))
    server.watches.push(openWatch(...events))
    const { informer, heard, running } = watch()
    informer.onEvent({
      updated: () => {
        throw new Error('broken handler')
      },
      added: () => {
        throw new Error('broken handler')
      },
    })
    await expect(running).rejects.toThrow('has thrown until 10000 events waited')
    expect(heard).toHaveLength(10_001)
  })

  it('finds objects by index as they change', async () => {
    server.calls.push(list('10', object('a', '5'), object('b', '6')))
    server.watches.push(openWatch(modified('a', '11'), deleted('b', '12')))
    const { informer, heard } = watch()
    informer.addIndex('version', ({ metadata }) => [metadata.resourceVersion ?? ''])
    await eventually(() => expect(heard).toHaveLength(4))
    expect(informer.byIndex('version', '5')).toEqual([])
    expect(informer.byIndex('version', '6')).toEqual([])
    expect(informer.byIndex('version', '11')).toHaveLength(1)
    expect(() => informer.byIndex('colour', 'red')).toThrow('Index with name colour does not exist')
  })

  describe('that is told of a write', () => {
    const key = { namespace: 'default', name: 'a' }

    /** An informer that knows `a@5`, and whose watch delivers what the test sends. */
    async function known() {
      let send: (event: unknown) => void = () => {}
      server.calls.push(list('10', object('a', '5')))
      server.watches.push((response, request) => {
        openWatch()(response, request)
        send = (event) => void response.write(JSON.stringify(event) + '\n')
      })
      const watching = watch()
      await eventually(() => expect(server.watchRequests).toHaveLength(1))
      const version = () => watching.informer.get(key)?.metadata.resourceVersion
      return { ...watching, version, send: (event: unknown) => send(event) }
    }

    it('shows it at once, and tells handlers when the watch brings it, in order', async () => {
      const { informer, heard, version, send } = await known()
      informer.addIndex('version', ({ metadata }) => [metadata.resourceVersion ?? ''])
      informer.remember(object('a', '13'))
      informer.remember(object('b', '14'))
      expect(version()).toBe('13')
      expect(informer.byIndex('version', '13')).toHaveLength(1)
      expect(informer.list()).toHaveLength(2)
      expect(heard).toEqual(['initial a@5'])
      const late: string[] = []
      informer.onEvent({
        added: ({ metadata }) => late.push(`${metadata.name}@${metadata.resourceVersion}`),
      })
      expect(late).toEqual(['a@5'])

      send(modified('a', '12'))
      await eventually(() => expect(heard).toHaveLength(2))
      expect(version()).toBe('13')
      send(modified('a', '13'))
      send(added('b', '14'))
      send(modified('a', '15'))
      await eventually(() => expect(heard).toHaveLength(5))
      expect(version()).toBe('15')
      expect(heard.slice(1)).toEqual([
        'updated a@5 a@12',
        'updated a@12 a@13',
        'added b@14',
        'updated a@13 a@15',
      ])
    })

    it('ignores what the watch has passed, so that nothing deleted comes back', async () => {
      const { informer, heard, version, send } = await known()
      send(deleted('a', '12'))
      await eventually(() => expect(heard).toHaveLength(2))
      informer.remember(object('a', '11'))
      expect(version()).toBeUndefined()
    })

    it('keeps a newer object of the same name over an older deletion', async () => {
      const { informer, heard, version, send } = await known()
      informer.remember(object('a', '13', 'recreated'))
      send(deleted('a', '12'))
      await eventually(() => expect(heard).toEqual(['initial a@5', 'deleted a@12']))
      expect(version()).toBe('13')
      send({ type: 'ADDED', object: object('a', '13', 'recreated') })
      await eventually(() => expect(heard).toHaveLength(3))
      expect(heard[2]).toBe('added a@13')
    })

    it('drops what the watch never brings once it has passed it', async () => {
      const { informer, version, send } = await known()
      informer.remember(object('a', '13'))
      informer.remember(object('out-of-scope', '14'))
      send(bookmark('20'))
      await eventually(() => expect(version()).toBe('5'))
      expect(informer.list()).toHaveLength(1)
    })

    it('hides what it has deleted until the watch says so', async () => {
      const { informer, heard, version, send } = await known()
      informer.rememberDeletion(key, 'another')
      expect(version()).toBe('5')
      informer.rememberDeletion(key, 'uid-a')
      expect(version()).toBeUndefined()
      expect(informer.list()).toEqual([])
      // An older change of the same object, which the watch had not brought yet.
      send(modified('a', '12'))
      await eventually(() => expect(heard).toHaveLength(2))
      expect(version()).toBeUndefined()
      const late: string[] = []
      informer.onEvent({ added: ({ metadata }) => late.push(metadata.resourceVersion ?? '') })
      expect(late).toEqual(['12'])
      send(deleted('a', '13'))
      send({ type: 'ADDED', object: object('a', '14', 'recreated') })
      await eventually(() => expect(heard).toHaveLength(4))
      expect(heard.slice(1)).toEqual(['updated a@5 a@12', 'deleted a@13', 'added a@14'])
      expect(version()).toBe('14')
    })

    it('shows what another has made under the name of what it deleted', async () => {
      const { informer, heard, version, send } = await known()
      informer.rememberDeletion(key, 'uid-a')
      informer.remember(object('a', '14', 'recreated'))
      expect(version()).toBe('14')
      send(deleted('a', '13'))
      send({ type: 'ADDED', object: object('a', '14', 'recreated') })
      await eventually(() => expect(heard).toHaveLength(3))
      expect(heard.slice(1)).toEqual(['deleted a@13', 'added a@14'])
      expect(version()).toBe('14')
    })

    it('takes as long for each event however many writes the watch has not brought', async () => {
      const { informer, heard, send } = await known()
      const writes = 20_000
      for (let index = 0; index < writes; index += 1) {
        informer.remember(object(`mine-${index}`, String(1_000_000 + index)))
      }
      const startMs = cpuTimeMs()
      for (let index = 0; index < 2000; index += 1) send(modified('a', String(100 + index)))
      await eventually(() => expect(heard).toHaveLength(2001))
      // Walking all of them for each event would be 40 million steps.
      expect(cpuTimeMs() - startMs).toBeLessThan(1500)
      send(bookmark('3000000'))
      await eventually(() => expect(informer.list()).toHaveLength(1))
    })

    it('does not freeze the object of the writer', async () => {
      const { informer } = await known()
      const written = object('a', '13')
      informer.remember(written)
      expect(Object.isFrozen(written)).toBe(false)
    })
  })

  it('reports everything again when a resync is due', async () => {
    server.calls.push(list('10', object('a', '5')))
    const { heard } = watch({ resyncMs: 10_000 })
    await eventually(() => expect(server.watchRequests).toHaveLength(1))
    await clock.advance(9000)
    expect(heard).toEqual(['initial a@5', 'updated a@5 a@5'])
  })

  it('stops when told and leaves no timer behind', async () => {
    server.calls.push(list('10'))
    const { running, stop } = watch({ resyncMs: 60_000, idleTimeoutMs: 60_000 })
    await eventually(() => expect(server.watchRequests).toHaveLength(1))
    stop.abort()
    await running
    expect(clock.pendingTimers).toBe(0)
  })
})

/** A client whose first watches cannot connect, and whose next one delivers an object. */
function brokenWatches(count: number) {
  const client = createClient({ server: server.url, tls: {}, credentials: fixedCredentials({}) })
  const nowhere = createClient({
    server: 'http://127.0.0.1:1',
    tls: {},
    credentials: fixedCredentials({}),
  })
  cleanUp.push(() => client.close())
  cleanUp.push(() => nowhere.close())
  server.watches.length = 0
  server.watches.push(openWatch(added('a', '11')))
  let remaining = count
  const watchOnce: typeof client.watch = (type, options) => {
    remaining -= 1
    return (remaining >= 0 ? nowhere : client).watch(type, options)
  }
  return { ...client, watch: watchOnce }
}
