import { FakeClock } from '@fairlead/base/testing'
import { expect, it } from 'vitest'
import { RecordingLogger } from '../testing/recording-logger.ts'
import { HotLoops } from './hot-loops.ts'

async function callEvery(stepMs: number, calls: number) {
  const clock = new FakeClock()
  const logger = new RecordingLogger()
  const loops = new HotLoops()
  for (let call = 0; call < calls; call += 1) {
    loops.count(
      'ns/a',
      [
        {
          verb: 'update',
          kind: 'Pod',
          namespace: 'ns',
          name: 'a',
          resourceVersion: String(call),
          changedFields: ['status.count'],
          fieldManager: 'me',
        },
      ],
      logger,
      clock.monotonicMs(),
    )
    await clock.advance(stepMs)
  }
  return logger
}

it('tells of a hundred calls in ten seconds once, with what caused them', async () => {
  const logger = await callEvery(10, 900)
  expect(logger.lines).toEqual([
    {
      level: 'warn',
      fields: {
        calls: 100,
        seconds: 0.99,
        causes: ['80 × update Pod ns/a: changed status.count by me'],
      },
      message: expect.stringContaining('tight loop') as string,
    },
  ])
})

it('tells again while it goes on, every ten seconds', async () => {
  const logger = await callEvery(10, 2900)
  expect(logger.lines).toHaveLength(3)
})

it('is silent about calls that are further apart', async () => {
  const logger = await callEvery(102, 1000)
  expect(logger.lines).toEqual([])
})
