import { expect, it } from 'vitest'
import {
  consumerOf,
  keyedProvider,
  routeOf,
  simulatorOf,
  strategyOf,
} from './test-support/snapshot.ts'
import { testGateway, testUpstream } from './test-support/test-gateway.ts'
import { completion, json } from './test-support/upstream.ts'
import { usagePolicyOf } from './test-support/usage-policy.ts'

/** Whose default strategy finds earlier turns by the Simulator's vectors. */
async function relevant(usagePolicies: ReturnType<typeof usagePolicyOf>[] = []) {
  const provider = await testUpstream(json(200, completion('ok')))
  const gateway = await testGateway({
    gateway: { auth: 'Required', defaultContextStrategy: 'default/relevant' },
    providers: [keyedProvider('openai', { baseURL: provider.url }), simulatorOf('local')],
    routes: [
      routeOf('chat', [{ provider: 'openai' }], { match: { models: ['gpt-4o'] } }),
      routeOf('vectors', [{ provider: 'local' }], { match: { models: ['embed'] } }),
    ],
    strategies: [
      strategyOf('relevant', {
        history: { mode: 'LastTurns', turns: 1, slackTurns: 0 },
        retrieval: { mode: 'Vector', model: 'embed', maxTokens: 500, neighbours: 0 },
      }),
    ],
    usagePolicies,
    consumers: [consumerOf('ann')],
    secrets: { openai: 'sk', ann: 'ann' },
  })
  const call = async (path: string, body: object) => {
    const response = await fetch(`${gateway.url}${path}`, {
      method: 'POST',
      headers: {
        authorization: 'Bearer ann',
        'content-type': 'application/json',
        'x-fairlead-conversation': 'c1',
      },
      body: JSON.stringify(body),
    })
    expect(response.status).toBe(200)
    return response
  }
  const say = (content: string) => {
    const messages = [{ role: 'user', content }]
    return call('/v1/chat/completions', { model: 'gpt-4o', messages })
  }
  const ownCalls = async () => {
    const metrics = await gateway.registry.metrics()
    const counted = /own_calls_total\{purpose="retrieval",outcome="Success"\} (\d+)/.exec(metrics)
    return Number(counted?.[1] ?? 0)
  }
  const sent = () => JSON.stringify(provider.requests.at(-1)?.body['messages'])
  const metrics = () => gateway.registry.metrics()
  return { gateway, metrics, ownCalls, say, sent }
}

it('earlier turns are found by vectors that the gateway has made by its own calls', async () => {
  const { gateway, ownCalls, say, sent } = await relevant()
  await say('My submarine is moored in Reykjavik.')
  await expect.poll(ownCalls).toBe(1)
  await say('Tell me about gardening.')
  // Nothing is searched for, as the prompt has all that was said.
  await expect.poll(ownCalls).toBe(2)
  await say('Tell me about cooking.')
  await expect.poll(ownCalls).toBe(3)
  await say('Where is my submarine moored?')
  expect(sent()).toContain('My submarine is moored in Reykjavik.')
  const own = gateway.logs.find(({ message }) => message === 'own call')
  expect(own?.fields).toMatchObject({ purpose: 'retrieval', consumer: 'default/ann' })
})

it('a caller who may have one call at a time has its turns found too', async () => {
  const { metrics, ownCalls, say, sent } = await relevant([
    usagePolicyOf('one', { concurrency: 1 }),
  ])
  await say('My submarine is moored in Reykjavik.')
  await expect.poll(ownCalls).toBe(1)
  await say('Tell me about gardening.')
  await expect.poll(ownCalls).toBe(2)
  await say('Tell me about cooking.')
  await expect.poll(ownCalls).toBe(3)
  await say('Where is my submarine moored?')
  expect(sent()).toContain('My submarine is moored in Reykjavik.')
  expect(await metrics()).not.toContain('own_calls_total{purpose="retrieval",outcome="Failed"}')
})
