import { startRedisServer } from '@fairlead/base/testing'
import { expect, it, onTestFinished } from 'vitest'
import { startFairlead } from './support/fairlead-process.ts'
import { manifest, provider, route, secret } from './support/manifests.ts'
import { post } from './support/sdk.ts'
import { json, startUpstream } from './support/upstream.ts'
import { waitFor } from './support/wait-for.ts'

const answered = (content: string) => ({
  id: 'chatcmpl-1',
  object: 'chat.completion',
  created: 1,
  model: 'm',
  choices: [{ index: 0, message: { role: 'assistant', content }, finish_reason: 'stop' }],
  usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
})

it('a conversation in Redis goes on after kills of the gateway and of Redis', async () => {
  await using redis = await startRedisServer()
  const upstream = await startUpstream((response, request) => {
    const messages = request.body['messages'] as readonly unknown[]
    return json(answered(`${messages.length} messages`))(response, request)
  })
  onTestFinished(() => upstream.stop())
  let fairlead = await startFairlead({ flags: ['--workers', '1'] })
  onTestFinished(() => fairlead[Symbol.asyncDispose]())
  const { kubectl } = fairlead
  await kubectl.apply(secret('up-key', 'api-key', 'sk-up'))
  await kubectl.apply(provider('up', 'OpenAI', `${upstream.url}/v1`))
  await kubectl.apply(route('up', 'up-model', 'up'))
  await kubectl.apply(secret('redis', 'url', redis.url))
  const store = { type: 'Redis', redis: { urlSecretRef: { name: 'redis' } } }
  await kubectl.apply(manifest('ConversationStore', 'shared', store))
  const defaults = { conversationStoreRef: { name: 'shared' } }
  const patch = JSON.stringify({ spec: { defaults } })
  await kubectl('patch', 'llmgateway', 'default', '--type', 'merge', '-p', patch)

  const ask = async (question: string, conversation = 'one') => {
    const body = { model: 'up-model', messages: [{ role: 'user', content: question }] }
    const headers = { 'x-fairlead-conversation': conversation }
    const response = await post(fairlead.endpoints, '/v1/chat/completions', body, headers)
    const text = await response.text()
    return { status: response.status, text, sent: Number(/(\d+) messages/.exec(text)?.[1]) }
  }
  const available = () => {
    const condition = '.status.conditions[?(@.type=="Available")]'
    const path = `{${condition}.status} {${condition}.message}`
    return kubectl('get', 'conversationstore', 'shared', '--output', `jsonpath=${path}`)
  }
  let probes = 0
  await waitFor('a conversation in Redis', async () => {
    const id = `probe-${++probes}`
    if ((await ask('probe', id)).status !== 200) return false
    const headers = { authorization: `Bearer ${fairlead.endpoints.apiKey}` }
    const url = `${fairlead.endpoints.gateway}/v1/conversations/${id}`
    return (await (await fetch(url, { headers })).text()).includes('"store":"shared"')
  })

  const { sent } = await ask('one')
  await fairlead.kill()
  fairlead = await fairlead.restart()
  await waitFor('the gateway', async () => (await ask('hi', 'another')).status === 200)
  expect((await ask('two')).sent).toBe(sent + 2)

  await redis.kill()
  expect(await ask('three')).toMatchObject({ status: 503 })
  await waitFor('the reason', async () => (await available()).includes('Redis cannot be used'))
  await redis.restart()
  await waitFor('Redis again', async () => (await ask('hi', 'another')).status === 200, 30_000)
  expect((await ask('four')).sent).toBe(sent + 4)
}, 120_000)
