import { FakeClock } from '@fairlead/base/testing'
import { expect, it } from 'vitest'
import { ExponentialBackoff } from './rate-limiter.ts'
import { describeCause, describeRepeated } from './trigger.ts'
import { WorkQueue } from './work-queue.ts'

const pod = { verb: 'update', kind: 'Pod', namespace: 'shop', name: 'web', resourceVersion: '5' }

it('a cause reads as one line, with what changed and who changed it', () => {
  expect(describeCause(pod)).toBe('update Pod shop/web@5')
  const changed = { ...pod, changedFields: ['spec.replicas'], fieldManager: 'kubectl' }
  expect(describeCause(changed)).toBe('update Pod shop/web@5: changed spec.replicas by kubectl')
  expect(describeRepeated({ ...changed, changedFields: [] })).toBe(
    'update Pod shop/web: changed nothing by kubectl',
  )
  expect(describeCause({ verb: 'requeueAfter' })).toBe('requeueAfter')
})

it('a queue says what it holds of a key, why, and when it is due', async () => {
  const clock = new FakeClock()
  const queue = new WorkQueue<string>({
    clock,
    rateLimiter: new ExponentialBackoff(),
    keyOf: (item) => item,
  })
  expect(queue.inspect('a')).toBeUndefined()
  const atMs = clock.now()
  queue.add('a', { afterMs: 1000, reason: 'requeueAfter', priority: 3 })
  await clock.advance(400)
  queue.add('a', { afterMs: 5000, reason: pod })
  queue.add('a', { afterMs: 5000, reason: pod })
  expect(queue.inspect('a')).toEqual({
    state: 'waiting',
    dueInMs: 600,
    priority: 3,
    triggers: [
      { verb: 'requeueAfter', atMs },
      { ...pod, atMs: atMs + 400 },
    ],
  })
  await clock.advance(600)
  expect(queue.inspect('a')).toMatchObject({ state: 'ready', dueInMs: 0 })
  await queue.get()
  expect(queue.inspect('a')).toBeUndefined()
  queue.add('a')
  expect(queue.inspect('a')).toMatchObject({ state: 'blocked', dueInMs: 0, triggers: [] })
  queue.shutdown()
})
