import { FakeClock } from '@fairlead/base/testing'
import { expect, it } from 'vitest'
import { keyedProvider } from '../test-support/snapshot.ts'
import { testGateway, testUpstream } from '../test-support/test-gateway.ts'
import { completion, json } from '../test-support/upstream.ts'

const health = {
  failures: 2,
  windowMs: 30_000,
  ejectForMs: 10_000,
  maxEjectForMs: 60_000,
  maxEjectedPercent: 100,
  probe: { model: 'small', intervalMs: 5_000 },
}

async function probed() {
  const clock = new FakeClock()
  const upstream = await testUpstream(json(200, completion('pong')))
  const gateway = await testGateway({
    providers: [keyedProvider('first', { baseURL: upstream.url, health })],
    secrets: { first: 'sk-first' },
    options: { clock },
  })
  /** Lets one interval pass and the probe of it end. */
  const probe = async () => {
    const number = upstream.requests.length + 1
    await clock.timerOf(5_000)
    await clock.advance(5_000)
    const seen = await upstream.request(number)
    await clock.timerOf(5_000)
    return seen
  }
  const healthOf = () => gateway.report().providers[0]?.health
  return { clock, upstream, gateway, probe, healthOf }
}

it('a provider that nobody calls is probed, with its key and an answer of one token', async () => {
  const { probe, healthOf } = await probed()
  expect(healthOf()).toBe('Unknown')
  const { body, headers } = await probe()
  expect(body).toMatchObject({ model: 'small', max_completion_tokens: 1 })
  expect(headers.authorization).toBe('Bearer sk-first')
  expect(healthOf()).toBe('Healthy')
})

it('one that fails is ejected without any call, and comes back by its probe', async () => {
  const { upstream, probe, healthOf } = await probed()
  upstream.answer = json(500, {})
  await probe()
  await probe()
  expect(healthOf()).toBe('Unreachable')
  upstream.answer = json(200, completion('pong'))
  await probe()
  expect(healthOf()).toBe('Healthy')
})

it('a call that was answered makes a probe needless', async () => {
  const { clock, gateway, upstream } = await probed()
  await clock.advance(4_000)
  await gateway.chat({ model: 'm', messages: [{ role: 'user', content: 'x' }] })
  await clock.advance(1_000)
  expect(upstream.requests).toHaveLength(1)
  await clock.advance(5_000)
  await upstream.request(2)
  expect(upstream.requests[1]?.body['model']).toBe('small')
})

it('an error inside a 200 is a failure, of which the report repeats no text', async () => {
  const { gateway, upstream, probe, healthOf } = await probed()
  upstream.answer = json(200, { error: { message: 'secret words', code: 500 } })
  await probe()
  expect(healthOf()).toBe('Unreachable')
  expect(JSON.stringify(gateway.report())).not.toContain('secret words')
})
