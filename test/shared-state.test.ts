import { type RedisServer, startRedisServer } from '@fairlead/base/testing'
import { expect, it } from 'vitest'
import { startFairlead, type FairleadProcess } from './support/fairlead-process.ts'
import { freshCall } from './support/fresh-call.ts'
import { manifest, provider, secret } from './support/manifests.ts'
import { json, startUpstream } from './support/upstream.ts'
import { waitFor } from './support/wait-for.ts'

const requests = 30
const usage = { prompt_tokens: 3, completion_tokens: 4, total_tokens: 7 }

function policy(name: string, limit: object, more: object = {}): string {
  return manifest('UsagePolicy', name, {
    targetRefs: [{ kind: 'LLMGateway', name: 'default' }],
    match: { models: [name] },
    limits: [{ name: 'limit', window: { calendar: 'Month' }, ...limit }],
    ...more,
  })
}

/** A replica on its own, with an API server of its own, whose state is in Redis. */
async function startReplica(
  redis: RedisServer,
  upstreamUrl: string,
  leases: object | undefined,
): Promise<FairleadProcess> {
  const fairlead = await startFairlead({ flags: ['--workers', '1'] })
  const { kubectl } = fairlead
  await kubectl.apply(secret('redis', 'url', redis.url))
  const state = {
    type: 'Redis',
    redis: { urlSecretRef: { name: 'redis' }, timeout: '1s', ...(leases && { leases }) },
  }
  const patch = JSON.stringify({ spec: { state } })
  await kubectl('patch', 'llmgateway', 'default', '--type', 'merge', '-p', patch)
  await kubectl.apply(secret('up-key', 'api-key', 'sk-up'))
  await kubectl.apply(provider('up', 'OpenAI', `${upstreamUrl}/v1`))
  const targets = [{ name: 'up', providerRef: { name: 'up' } }]
  const match = { models: ['shared', 'open', 'probe'] }
  await kubectl.apply(
    manifest('RoutingPolicy', 'up', {
      gatewayRefs: [{ name: 'default' }],
      rules: [{ name: 'all', match, targets }],
    }),
  )
  await kubectl.apply(policy('shared', { requests }))
  await kubectl.apply(policy('open', { requests: 1_000_000 }, { onStoreFailure: 'Allow' }))
  await kubectl.apply(policy('probe', { requests: 1_000_000 }))
  await waitFor('the policies', async () => (await statusOf(fairlead, 'probe')).limit === '1000000')
  return fairlead
}

async function statusOf(
  { endpoints }: FairleadProcess,
  model: string,
): Promise<{ readonly status: number | undefined; readonly limit: unknown }> {
  const messages = [{ role: 'user', content: 'hi' }]
  const { began, ended } = freshCall(endpoints, { model, max_tokens: 5, messages })
  const { status, headers } = await began
  await ended
  return { status, limit: headers['x-ratelimit-limit-requests'] }
}

it.each([
  ['each call asks', undefined],
  ['workers have leases', { percent: 10 }],
])(
  'two replicas share their limits in Redis, where %s',
  async (_, leases) => {
    await using redis = await startRedisServer()
    let served = 0
    const answer = {
      id: 'c',
      object: 'chat.completion',
      created: 1,
      model: 'shared',
      choices: [{ index: 0, message: { role: 'assistant', content: 'x' }, finish_reason: 'stop' }],
      usage,
    }
    const upstream = await startUpstream(async (response, request) => {
      if (request.body['model'] === 'shared') served++
      await json(answer)(response, request)
    })
    await using one = await startReplica(redis, upstream.url, leases)
    await using other = await startReplica(redis, upstream.url, leases)
    const calls = Array.from({ length: 2 * requests }, (__, index) =>
      statusOf(index % 2 === 0 ? one : other, 'shared'),
    )
    const statuses = (await Promise.all(calls)).map(({ status }) => status)
    expect(new Set(statuses)).toEqual(new Set([200, 429]))
    expect(statuses.filter((status) => status === 200)).toHaveLength(requests)
    expect(served).toBe(requests)

    // What one replica served is forgotten by none: killed, it comes back to the same budget.
    await one.kill()
    await using again = await one.restart()
    await waitFor('the policies', async () => (await statusOf(again, 'probe')).limit === '1000000')
    expect((await statusOf(again, 'shared')).status).toBe(429)

    // Without Redis each policy decides, and the status says why.
    await redis.kill()
    await waitFor('refusals', async () => (await statusOf(other, 'shared')).status === 503)
    expect((await statusOf(other, 'open')).status).toBe(200)
    const reason = await waitFor('the condition', async () => {
      const condition = '.status.conditions[?(@.type=="StateStoreAvailable")]'
      const path = `jsonpath={${condition}.status} {${condition}.message}`
      const text = await other.kubectl('get', 'llmgateway', 'default', '-o', path)
      return text.startsWith('False') && text
    })
    expect(reason).toContain('Redis cannot be used')
    expect(reason).not.toContain(String(redis.port))
    await redis.restart()
    await waitFor('Redis', async () => (await statusOf(other, 'shared')).status === 429)
    await upstream.stop()
  },
  180_000,
)
