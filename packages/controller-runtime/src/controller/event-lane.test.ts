import type { TypedObject } from '@fairlead/kube-core'
import { FakeClock } from '@fairlead/base/testing'
import { beforeEach, expect, it } from 'vitest'
import type { Cache } from '../cache/cache.ts'
import { RecordingLogger } from '../testing/recording-logger.ts'
import { EventDelivery } from './event-delivery.ts'
import { HandledEvents } from './handled-events.ts'
import { queuedEvent } from './event-queue.ts'
import type { Request } from './reconcile.ts'

const object = (name: string): TypedObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name },
})
const event = (name: string) => queuedEvent('create', object(name))

let clock: FakeClock
let logger: RecordingLogger
let failures: Error[]
let worked: number
let delivery: EventDelivery
let stop: AbortController
let events: HandledEvents<Request>
/** Ends the handlers in progress, in the order in which they began. */
let ends: { name: string; end: (error?: Error) => void }[]

beforeEach(() => {
  clock = new FakeClock()
  logger = new RecordingLogger()
  failures = []
  worked = 0
  ends = []
  stop = new AbortController()
  delivery = new EventDelivery(
    clock,
    logger,
    (error) => failures.push(error),
    () => (worked += 1),
  )
  const queue = { add: () => {} }
  events = new HandledEvents({ clock, queue, cache: {} as Cache, delivery }, stop.signal)
})

/** Sends an event whose handler runs until the test ends it. */
function send(name: string, label = name): void {
  events.deliver(
    event(name),
    () =>
      new Promise<void>((resolve, reject) => {
        ends.push({ name: label, end: (error) => (error ? reject(error) : resolve()) })
      }),
  )
}

const begun = () => ends.map(({ name }) => name)

async function end(name: string, error?: Error): Promise<void> {
  ends.find((one) => one.name === name)?.end(error)
  await clock.advance(0)
}

it('handles an object in turn, and others meanwhile', async () => {
  send('a', 'a1')
  send('a', 'a2')
  send('b')
  expect(begun()).toEqual(['a1', 'b'])
  expect(delivery.waiting).toBe(3)
  await end('a1')
  expect(begun()).toEqual(['a1', 'b', 'a2'])
  await end('a2')
  await end('b')
  expect(delivery.waiting).toBe(0)
  expect(worked).toBe(3)
})

it('runs sixteen handlers at most, and takes the next in the order of the events', async () => {
  for (let index = 0; index < 20; index += 1) send(`object-${index}`)
  expect(ends).toHaveLength(16)
  await end('object-3')
  await end('object-0')
  expect(begun().slice(16)).toEqual(['object-16', 'object-17'])
  expect(delivery.waiting).toBe(18)
})

it('keeps events in order whose handlers are done at once behind those that are not', async () => {
  const heard: string[] = []
  send('a')
  events.deliver(event('a'), () => void heard.push('a'))
  events.deliver(event('b'), () => void heard.push('b'))
  expect(heard).toEqual(['b'])
  await end('a')
  expect(heard).toEqual(['b', 'a'])
  expect(delivery.waiting).toBe(0)
})

it('delivers an event again whose promise rejects', async () => {
  send('a')
  await end('a', new Error('broken'))
  expect(
    logger.lines.map(({ level, fields }) => [level, fields['event'], fields['delayMs']]),
  ).toEqual([['error', 'create Pod a', 5]])
  expect(delivery.waiting).toBe(1)
  await clock.advance(5)
  expect(begun()).toEqual(['a', 'a'])
})

it('gives up on a handler after thirty seconds, and aborts its signal', async () => {
  let signal: AbortSignal | undefined
  events.deliver(event('a'), (_queue, context) => {
    signal = context.signal
    return new Promise(() => {})
  })
  await clock.advance(29_999)
  expect(signal?.aborted).toBe(false)
  await clock.advance(1)
  expect(signal?.aborted).toBe(true)
  expect(String(logger.lines[0]?.fields['err'])).toContain(
    'the handler of create Pod a took longer than 30000 ms',
  )
  delivery.stop()
})

it('ends handlers in progress when the source stops, without a word', async () => {
  send('a')
  delivery.stop()
  stop.abort()
  await clock.advance(0)
  expect(logger.lines).toEqual([])
  expect(clock.pendingTimers).toBe(0)
})

it('fails the controller when a hundred thousand events wait', () => {
  for (let index = 0; index <= 100_000; index += 1) send('a', 'first')
  expect(failures).toEqual([])
  send('b')
  expect(failures).toEqual([])
  send('a')
  expect(failures.map(({ message }) => message)).toEqual([
    'handlers are too slow: 100000 events wait, create a is the next',
  ])
})

it('logs a failure where nobody delivers again, and ends quietly with its source', async () => {
  const queue = { add: () => {} }
  events = new HandledEvents({ clock, logger, queue, cache: {} as Cache }, stop.signal)
  send('a')
  send('b')
  await end('a', new Error('broken'))
  expect(logger.lines.map(({ message }) => message)).toEqual(['a handler failed for an event'])
  stop.abort()
  await clock.advance(0)
  expect(logger.lines).toHaveLength(1)
})
