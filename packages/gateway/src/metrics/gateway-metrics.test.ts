import { Counter as PromCounter, Registry } from 'prom-client'
import { describe, expect, it } from 'vitest'
import { GatewayMetrics } from './gateway-metrics.ts'

function newMetrics() {
  const registry = new Registry()
  const metrics = new GatewayMetrics(registry)
  /** The lines of one metric. */
  const linesOf = async (name: string) =>
    (await registry.getSingleMetricAsString(name)).split('\n').filter((line) => line !== '')
  return { registry, metrics, linesOf }
}

describe('requests', () => {
  it('are exposed as a counter of prom-client would be', async () => {
    const name = 'fairlead_gateway_requests_total'
    const { metrics, linesOf } = newMetrics()
    const registry = new Registry()
    const counter = new PromCounter({
      name,
      help: 'Requests by route, provider and class of status.',
      labelNames: ['route', 'provider', 'status'],
      registers: [registry],
    })
    for (const [route, provider, status] of [
      ['default/main/chat', 'default/openai', 200],
      ['', '', 404],
      ['default/main/chat', 'default/openai', 204],
      ['default/main/chat', 'default/openai', 503],
      ['default/"quoted"\n', 'default/other', 200],
    ] as const) {
      metrics.countRequest(route, provider, status)
      counter.inc({ route, provider, status: `${Math.floor(status / 100)}xx` })
    }
    const expected = (await registry.metrics()).split('\n').filter((line) => line !== '')
    expect(await linesOf(name)).toEqual(expected)
  })

  it('start at 0 after a reset', async () => {
    const { registry, metrics, linesOf } = newMetrics()
    metrics.countRequest('route', 'provider', 200)
    registry.resetMetrics()
    metrics.countRequest('route', 'provider', 200)
    expect(await linesOf('fairlead_gateway_requests_total')).toContain(
      'fairlead_gateway_requests_total{route="route",provider="provider",status="2xx"} 1',
    )
  })
})

describe('the meters of calls', () => {
  it('are the same for the same labels', () => {
    const { metrics } = newMetrics()
    const meters = metrics.metersOf('chat', 'default/main', 'openai', 'fast', 'gpt-4o-mini')
    expect(metrics.metersOf('chat', 'default/main', 'openai', 'fast', 'gpt-4o-mini')).toBe(meters)
  })

  it.each([
    ['default/other', 'openai', 'fast', 'gpt-4o-mini'],
    ['default/main', 'anthropic', 'fast', 'gpt-4o-mini'],
    ['default/main', 'openai', 'smart', 'gpt-4o-mini'],
    ['default/main', 'openai', 'fast', 'gpt-4o'],
    ['default/main', 'openai', 'gpt-4o-mini', 'fast'],
  ])('are others for %s, %s, %s, %s', (provider, providerName, requestModel, responseModel) => {
    const { metrics } = newMetrics()
    const meters = metrics.metersOf('chat', 'default/main', 'openai', 'fast', 'gpt-4o-mini')
    expect(metrics.metersOf('chat', provider, providerName, requestModel, responseModel)).not.toBe(
      meters,
    )
  })

  it('have the labels of the conventions', async () => {
    const { metrics, linesOf } = newMetrics()
    metrics.metersOf('chat', 'default/main', 'openai', 'fast', 'gpt-4o-mini').duration.observe(2)
    expect(await linesOf('gen_ai_server_request_duration')).toContain(
      'gen_ai_server_request_duration_sum{provider="default/main",gen_ai_operation_name="chat",' +
        'gen_ai_provider_name="openai",gen_ai_request_model="fast",' +
        'gen_ai_response_model="gpt-4o-mini"} 2',
    )
  })
})
