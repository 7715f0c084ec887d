import { describe, expect, it } from 'vitest'
import { FakeClock } from '@fairlead/base/testing'
import { routeOf, simulatorOf } from './test-support/snapshot.ts'
import { testGateway } from './test-support/test-gateway.ts'

const body = { model: 'm', messages: [{ role: 'user', content: 'hi' }] }
const failure = {
  status: 429,
  message: 'simulated',
  everyNth: 2,
  retryAfterSeconds: 5,
  afterWords: undefined,
}

describe('a Simulator that is configured to fail or to be slow', () => {
  it('fails every n-th call as a provider would, also across configurations', async () => {
    const gateway = await testGateway({ providers: [simulatorOf('simulator', { failure })] })
    expect((await gateway.chat(body)).status).toBe(200)
    gateway.secrets.set('unrelated', 'changes the runtime')
    const failed = await gateway.chat(body)
    expect(failed.status).toBe(429)
    expect(failed.headers.get('retry-after')).toBe('5')
    expect((await gateway.chat(body)).status).toBe(200)
  })

  it('refuses what it cannot read with an answer, which harms no other caller', async () => {
    const gateway = await testGateway({ providers: [simulatorOf('simulator')] })
    const unread = { ...body, temperature: 'hot' }
    for (let call = 0; call < 6; call += 1) {
      const refused = await gateway.chat(unread)
      expect(refused.status).toBe(400)
      expect(refused.headers.get('x-fairlead-attempts')).toBe('1')
    }
    expect((await gateway.chat(body)).status).toBe(200)
  })

  it('is replaced by a fallback like any provider', async () => {
    const gateway = await testGateway({
      providers: [
        simulatorOf('broken', { failure: { ...failure, everyNth: 1, status: 500 } }),
        simulatorOf('well'),
      ],
      routes: [
        routeOf('all', [{ provider: 'broken' }, { provider: 'well' }], {
          retry: { attempts: 1, conditions: ['ServerError'] },
        }),
      ],
    })
    const response = await gateway.chat(body)
    expect(response.headers.get('x-fairlead-provider')).toBe('default/well')
  })

  it('cuts its stream after the given number of words', async () => {
    const cut = { ...failure, everyNth: 1, afterWords: 2 }
    const gateway = await testGateway({
      providers: [simulatorOf('simulator', { failure: cut })],
    })
    const text = await (await gateway.chat({ ...body, stream: true })).text()
    expect(text.match(/"content":"[^"]/g)).toHaveLength(2)
    expect(text).toContain('upstream_stream_cut')
    expect((await gateway.chat(body)).status).toBe(502)
  })

  it('waits before its answer, and stops waiting when the call is aborted', async () => {
    const clock = new FakeClock()
    const gateway = await testGateway({
      providers: [simulatorOf('simulator', { latencyMs: 700 })],
      options: { clock },
    })
    const answered = gateway.chat(body)
    await clock.timerOf(700)
    await clock.advance(700)
    expect((await answered).status).toBe(200)
    const givenUp = gateway.chat({ ...body, stream: true })
    await clock.timerOf(700)
    const drained = gateway.drain(0)
    await clock.timerOf(0)
    await clock.advance(0)
    expect((await givenUp).status).toBe(503)
    await drained
  })
})
