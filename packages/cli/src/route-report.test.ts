import type { RouteExplanation } from '@fairlead/gateway'
import { expect, it } from 'vitest'
import { routeReport } from './route-report.ts'

const explanation: RouteExplanation = {
  object: 'route',
  model: 'assistant',
  consumer: 'default/app',
  input_tokens: 200,
  features: ['Tools'],
  rules: [{ route: 'chat/gold', reason: 'the header x-tier is missing' }],
  more_rules: 2,
  route: 'chat/all',
  strategy: 'Weighted',
  sticky: { by: 'Header', header: 'x-user', key: '0123456789abcdef' },
  targets: [
    {
      target: 'mini',
      provider: 'default/openai',
      model: 'gpt-4o-mini',
      weight: 90,
      health: 'Healthy',
      available_in_ms: 0,
      in_flight: 3,
      latency_ms: 420,
      quota_remaining: 0.25,
      model_facts: {
        context_window: 128_000,
        max_output_tokens: 16_384,
        capabilities: ['Tools', 'Vision'],
        from_catalogue: ['contextWindow', 'maxOutputTokens', 'capabilities'],
      },
      price: { input_per_million: '0.15', output_per_million: '0.6', source: 'Catalogue' },
      adapted: 'dropped=seed',
      cost: 0.000_330_000_01,
    },
    {
      target: 'haiku',
      provider: 'default/anthropic',
      model: 'claude-haiku-4-5',
      weight: 10,
      health: 'Unreachable',
      available_in_ms: 8000,
      in_flight: 0,
      latency_ms: null,
      quota_remaining: null,
      model_facts: null,
      price: null,
      adapted: null,
      cost: null,
    },
  ],
  passed_over: [
    { target: 'local', provider: 'default/ollama', model: 'm', reason: 'its model lacks Tools' },
  ],
  mirror: { target: 'mirror', provider: 'default/new', model: 'candidate', percent: 5 },
  refused_by: null,
  error: null,
}

it('shows all that decides on a route', () => {
  expect(routeReport(explanation)).toBe(`\
Model assistant, about 200 input tokens, asks for Tools, as default/app
Rules that do not match:
  chat/gold: the header x-tier is missing
  and 2 more
Route: chat/all, Weighted
Sticks by Header x-user: key 0123456789ab, which decides instead of the strategy
Targets, in this order:
  1. mini: gpt-4o-mini at default/openai (weight 90, Healthy, 3 in flight, 420 ms, 25 % of the provider's limits left, adapted: dropped=seed, $0.00033 for this call by the price of the Catalogue, by the catalogue: context window 128000; answers up to 16384; capable of Tools, Vision)
  2. haiku: claude-haiku-4-5 at default/anthropic (weight 10, Unreachable, passed over for 8000 ms more, 0 in flight)
Passed over:
  local: its model lacks Tools
Mirror: 5 % go to default/new as candidate too
`)
})

it('shows the error of a call that goes nowhere', () => {
  expect(
    routeReport({
      ...explanation,
      consumer: null,
      features: [],
      rules: [],
      more_rules: 0,
      route: null,
      strategy: null,
      sticky: null,
      targets: [],
      passed_over: [],
      mirror: null,
      error: { status: 404, code: 'model_not_found', message: 'There is none.' },
    }),
  ).toBe(`\
Model assistant, about 200 input tokens, as an anonymous caller
The call would fail with 404 model_not_found: There is none.
`)
})

it('names three rules with the same reason and counts the others', () => {
  const others = ['a', 'b', 'c', 'd', 'e'].map((name) => ({
    route: `chat/${name}`,
    reason: 'it is for other models',
  }))
  const report = routeReport({ ...explanation, rules: [...others, ...explanation.rules] })
  expect(report).toContain(`\
Rules that do not match:
  chat/a: it is for other models
  chat/b: it is for other models
  chat/c: it is for other models
  chat/gold: the header x-tier is missing
  and 2 more: it is for other models
  and 2 more
Route:`)
})

it('writes the cost of a very cheap call without an exponent', () => {
  const targets = explanation.targets.map((target) => ({ ...target, cost: 0.000_000_61 }))
  expect(routeReport({ ...explanation, targets })).toContain('$0.00000061 for this call')
})
