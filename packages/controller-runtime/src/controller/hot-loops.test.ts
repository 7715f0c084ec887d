import type { ConfigMap } from '@fairlead/kube-core'
import { FakeClock } from '@fairlead/base/testing'
import { expect, it } from 'vitest'
import { RecordingLogger } from '../testing/recording-logger.ts'
import { describeChange, HotLoops } from './hot-loops.ts'

async function callEvery(stepMs: number, calls: number) {
  const clock = new FakeClock()
  const logger = new RecordingLogger()
  const loops = new HotLoops(clock)
  for (let call = 0; call < calls; call += 1) {
    loops.count('ns/a', [`update Pod ns/a@${call}: changed status.count by me`], logger)
    await clock.advance(stepMs)
  }
  return { clock, logger, loops }
}

it('tells of a hundred calls in ten seconds once, with what caused them', async () => {
  const { logger } = await callEvery(10, 900)
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
  const { logger } = await callEvery(10, 2900)
  expect(logger.lines).toHaveLength(3)
})

it('is silent about calls that are further apart', async () => {
  const { logger, clock, loops } = await callEvery(102, 1000)
  expect(logger.lines).toEqual([])
  expect(loops.isWarm('ns/b')).toBe(false)
  await clock.advance(10_000)
  expect(loops.isWarm('ns/a')).toBe(false)
})

it('names the fields that changed, and who changed them', () => {
  const object = (labels: object, data: object, resourceVersion: string): ConfigMap => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'a', resourceVersion, labels: { ...labels } },
    data: { ...data },
  })
  const before = object({ x: '1' }, { same: 's', y: '1' }, '1')
  expect(describeChange(before, object({ x: '2' }, { same: 's' }, '2'), 'me')).toBe(
    'changed metadata.labels.x, data.y by me',
  )
  expect(describeChange(before, object({ x: '1' }, before.data ?? {}, '2'), undefined)).toBe(
    'changed nothing',
  )
  const many = Object.fromEntries(Array.from({ length: 50 }, (_, index) => [`k${index}`, 'v']))
  expect(describeChange(before, object({ x: '1' }, many, '2'), 'me').split(', ')).toHaveLength(8)
})
