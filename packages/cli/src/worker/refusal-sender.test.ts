import { FakeClock } from '@fairlead/base/testing'
import type { RefusedRequest } from '@fairlead/gateway'
import { expect, test } from 'vitest'
import type { FromWorker } from '../worker-messages/messages.ts'
import { RefusalSender } from './refusal-sender.ts'

test('refusals go in batches, and of a flood only the number', async () => {
  const clock = new FakeClock()
  const sent: FromWorker[] = []
  const sender = new RefusalSender(clock, (message) => sent.push(message))
  const request = { code: 'rate_limit_exceeded' } as RefusedRequest
  for (let index = 0; index < 70; index += 1) sender.refused(request)
  expect(sent).toEqual([])
  await clock.advance(500)
  expect(sent).toMatchObject([
    { type: 'requests-refused', suppressed: { rate_limit_exceeded: 20 } },
  ])
  expect(sent[0]).toHaveProperty('refused.length', 50)
  sender.refused(request)
  sender.flush()
  sender.flush()
  expect(sent.slice(1)).toEqual([{ type: 'requests-refused', refused: [request], suppressed: {} }])
  expect(clock.pendingTimers).toBe(0)
})
