import { FakeClock } from '@fairlead/base/testing'
import { expect, it } from 'vitest'
import { RecordingLogger } from '../testing/recording-logger.ts'
import { EventDelivery } from './event-delivery.ts'

function setUp() {
  const clock = new FakeClock()
  const logger = new RecordingLogger()
  const failures: Error[] = []
  const delivery = new EventDelivery(clock, logger, (error) => failures.push(error))
  return { clock, logger, failures, delivery }
}

const broken = () => {
  throw new Error('broken')
}

it('delivers an event again, ever later, until nothing throws', async () => {
  const { clock, logger, delivery } = setUp()
  const times: number[] = []
  const startMs = clock.now()
  delivery.deliver('update Pod ns/a', () => {
    times.push(clock.now() - startMs)
    if (times.length < 4) throw new Error('not yet')
  })
  await clock.advance(3_600_000)
  expect(times).toEqual([0, 5, 15, 35])
  expect(logger.lines.map(({ level, fields }) => [level, fields['event']])).toEqual(
    Array.from({ length: 3 }, () => ['error', 'update Pod ns/a']),
  )
  expect(clock.pendingTimers).toBe(0)
})

it('delivers other events meanwhile', () => {
  const { delivery } = setUp()
  const heard: string[] = []
  delivery.deliver('a', broken)
  delivery.deliver('b', () => void heard.push('b'))
  expect(heard).toEqual(['b'])
})

it('fails when a thousand events cannot be delivered', () => {
  const { clock, failures, delivery } = setUp()
  for (let event = 0; event < 1001; event += 1) delivery.deliver(`event ${event}`, broken)
  expect(failures.map(({ message }) => message)).toEqual([
    'predicates or handlers throw for 1000 events: event 1000 is one',
  ])
  expect(clock.pendingTimers).toBe(1000)
  delivery.stop()
  expect(clock.pendingTimers).toBe(0)
})
