import type { ServerResponse } from 'node:http'
import { FakeClock } from '@fairlead/base/testing'
import { expect, it } from 'vitest'
import { keyedProvider } from './test-support/snapshot.ts'
import { testGateway, testUpstream } from './test-support/test-gateway.ts'
import { chunks } from './test-support/upstream.ts'

it('durations and overhead are measured by the injected clock', async () => {
  const clock = new FakeClock()
  const events = chunks(['a', 'b'])
  const answerSlowly = async (response: ServerResponse) => {
    await clock.advance(250)
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.write(events.slice(0, 2).join(''))
    await relayed
    await clock.advance(100)
    // Stepping wall time back changes no duration.
    clock.setWallTime(0)
    response.end(events.slice(2).join(''))
  }
  const upstream = await testUpstream((response) => void answerSlowly(response))
  let onRelayed = () => {}
  const relayed = new Promise<void>((resolve) => {
    onRelayed = resolve
  })
  const gateway = await testGateway({
    providers: [keyedProvider('openai', { baseURL: upstream.url })],
    secrets: { openai: 'sk' },
    options: { clock },
  })
  const response = await gateway.chat({
    model: 'm',
    stream: true,
    messages: [{ role: 'user', content: 'x' }],
  })
  onRelayed()
  await response.text()
  expect(response.headers.get('x-fairlead-overhead-ms')).toBe('0.000')
  const call = gateway.logs.find(({ message }) => message === 'call')
  expect(call?.fields).toMatchObject({ firstByteMs: 250, durationMs: 350, overheadMs: 0 })
  const metrics = await gateway.registry.metrics()
  expect(metrics).toContain('fairlead_gateway_overhead_seconds_sum 0')
  expect(metrics).toMatch(/gen_ai_server_time_to_first_token_sum\{[^}]*\} 0\.25\n/)
  expect(metrics).toMatch(/gen_ai_server_request_duration_sum\{[^}]*\} 0\.35\n/)
})
