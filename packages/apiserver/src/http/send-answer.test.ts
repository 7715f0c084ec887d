import { EventEmitter } from 'node:events'
import type { ServerResponse } from 'node:http'

import { FakeClock } from '@fairlead/base/testing'
import { expect, it } from 'vitest'

import { jsonResponse } from '../exchange/api-response.ts'
import { sendAnswer } from './send-answer.ts'

/** A response whose client takes one part, and then nothing until it is told to. */
class SlowResponse extends EventEmitter {
  readonly req = { method: 'GET' }
  readonly parts: string[] = []
  destroyed = false
  ended = false

  setTimeout(): void {}
  writeHead(): void {}

  write(part: string): boolean {
    this.parts.push(part)
    return false
  }

  end(): void {
    this.ended = true
  }

  destroy(): void {
    this.destroyed = true
    this.emit('close')
  }
}

function sendList(size = 3_000) {
  const clock = new FakeClock()
  const made: number[] = []
  const items = Array.from({ length: size }, (_, index) => ({
    toJSON() {
      made.push(index)
      return 'x'.repeat(100)
    },
  }))
  const response = new SlowResponse()
  const answer = jsonResponse(200, { kind: 'List', items })
  const sent = sendAnswer(response as unknown as ServerResponse, answer, [], clock)
  return { clock, made, response, sent, items }
}

it('makes a part of a long list when those before it are taken', async () => {
  const { clock, made, response, sent, items } = sendList()
  expect(response.parts).toHaveLength(1)
  expect(made.length).toBeLessThan(items.length / 3)
  while (!response.ended) {
    response.emit('drain')
    await Promise.resolve()
  }
  await sent
  const { items: received } = JSON.parse(response.parts.join('')) as { items: unknown[] }
  expect(received).toHaveLength(items.length)
  expect(response.listenerCount('drain') + response.listenerCount('close')).toBe(0)
  expect(clock.pendingTimers).toBe(0)
})

it('makes no more of it when the client is gone, or a minute has passed', async () => {
  const gone = sendList()
  gone.response.destroy()
  await gone.sent
  expect(gone.response.parts).toHaveLength(1)
  const slow = sendList()
  await slow.clock.advance(60_000)
  await slow.sent
  expect(slow.response.destroyed).toBe(true)
  expect(slow.response.parts).toHaveLength(1)
})
