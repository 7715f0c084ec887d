import { expect, it } from 'vitest'
import { keyedProvider, routeOf, strategyOf } from './test-support/snapshot.ts'
import { testGateway, testUpstream } from './test-support/test-gateway.ts'
import { completion, json } from './test-support/upstream.ts'

interface SentMessage {
  readonly role: string
  readonly content: string
}

const history = {
  mode: 'Summarize',
  triggerTokens: 600,
  targetTokens: 300,
  keepLastTurns: 1,
  model: undefined,
} as const

async function start(model: string | undefined) {
  const upstream = await testUpstream((response, request) => {
    const { body } = request
    const [first] = body['messages'] as SentMessage[]
    const isSummary = first?.content.startsWith('You keep the memory') === true
    json(200, completion(isSummary ? 'They spoke of the weather.' : 'ok'))(response, request)
  })
  const gateway = await testGateway({
    providers: [keyedProvider('openai', { baseURL: upstream.url })],
    secrets: { openai: 'sk' },
    routes: [routeOf('all', [{ provider: 'openai' }])],
    strategies: [strategyOf('short', { history: { ...history, model } })],
  })
  const headers = { 'x-fairlead-conversation': 'mine', 'x-fairlead-strategy': 'short' }
  const say = async (content: string) => {
    const body = { model: 'm', messages: [{ role: 'user', content }] }
    const response = await gateway.chat(body, headers)
    expect(response.status, await response.text()).toBe(200)
    const plan = await fetch(`${gateway.url}/v1/plans/${response.headers.get('x-fairlead-plan')}`)
    return (await plan.json()) as { summary: { id: string | null; next: string } }
  }
  const summaries = () =>
    upstream.requests.filter(({ body }) => {
      const [first] = body['messages'] as SentMessage[]
      return first?.content.startsWith('You keep the memory') === true
    })
  return { gateway, say, summaries, upstream }
}

it.each([undefined, 'small'])(
  'a history is summarised by the gateway’s own calls: %s',
  async (model) => {
    const { gateway, say, summaries, upstream } = await start(model)
    let plan = await say('first '.repeat(60))
    for (let turn = 0; plan.summary.id === null && turn < 60; turn += 1) {
      plan = await say(`${turn} `.repeat(60))
    }
    expect(plan.summary.next).toBe('not_needed')
    const [asked] = summaries()
    expect(asked?.body).toMatchObject({ model: model ?? 'm' })
    const [, question] = (asked?.body['messages'] ?? []) as SentMessage[]
    expect(question?.content).toMatch(/^<messages>\n<message from="user">\nfirst first/)
    const sent = upstream.requests.at(-1)?.body['messages'] as SentMessage[]
    expect(sent[0]).toMatchObject({
      role: 'user',
      content: expect.stringContaining('They spoke of the weather.') as string,
    })
    const metrics = await gateway.registry.metrics()
    expect(metrics).toMatch(/purpose="summary"/)
  },
)
