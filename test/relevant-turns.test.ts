import { expect, it, onTestFinished } from 'vitest'
import { startFairlead } from './support/fairlead-process.ts'
import { manifest, provider, route, secret } from './support/manifests.ts'
import { post } from './support/sdk.ts'
import { json, startUpstream } from './support/upstream.ts'
import { waitFor } from './support/wait-for.ts'

const answer = {
  id: 'chatcmpl-1',
  object: 'chat.completion',
  created: 1,
  model: 'm',
  choices: [{ index: 0, message: { role: 'assistant', content: 'Noted.' }, finish_reason: 'stop' }],
}

/** What means the same has the same vector. */
const meanings = [/car|vehicle/, /cat|feline/, /salary|wage/]
const vectorOf = (text: string) => {
  const counts = meanings.map((words) => (words.test(text.toLowerCase()) ? 1 : 0))
  return counts.includes(1) ? [...counts, 0] : [...counts, 1]
}

it('turns are found by vectors whichever worker has made them, and none is made twice', async () => {
  const embedded: string[] = []
  const prompts: string[] = []
  const upstream = await startUpstream((response, request) => {
    const { input, messages } = request.body as { input?: string[]; messages?: unknown }
    if (input === undefined) {
      prompts.push(JSON.stringify(messages))
      return json(answer)(response, request)
    }
    embedded.push(...input)
    const data = input.map((text, index) => ({ index, embedding: vectorOf(text) }))
    return json({ object: 'list', data, model: 'embed', usage: { prompt_tokens: 1 } })(
      response,
      request,
    )
  })
  onTestFinished(() => upstream.stop())
  const fairlead = await startFairlead({ flags: ['--workers', '2'] })
  onTestFinished(() => fairlead[Symbol.asyncDispose]())
  const { kubectl } = fairlead
  await kubectl.apply(secret('up-key', 'api-key', 'sk-up'))
  await kubectl.apply(provider('up', 'OpenAI', `${upstream.url}/v1`))
  await kubectl.apply(route('up', 'up-model', 'up'))
  await kubectl.apply(route('vectors', 'up-embed', 'up'))
  const history = { mode: 'LastTurns', lastTurns: { turns: 1, slackTurns: 0 } }
  const retrieval = { mode: 'Vector', model: 'up-embed', maxTokens: 500, neighbours: 0 }
  await kubectl.apply(manifest('ContextStrategy', 'relevant', { history, retrieval }))
  const say = (content: string, conversation = 'one') =>
    post(
      fairlead.endpoints,
      '/v1/chat/completions',
      { model: 'up-model', messages: [{ role: 'user', content }] },
      { 'x-fairlead-conversation': conversation, 'x-fairlead-strategy': 'relevant' },
    )
  const told = 'My car stands in Elm Street.'
  const probe = { model: 'up-embed', input: ['probe'] }
  await waitFor('the routes', async () => {
    await post(fairlead.endpoints, '/v1/embeddings', probe)
    await say('probe', 'probe')
    return embedded.includes('probe') && prompts.length > 0
  })
  expect((await say(told)).status).toBe(200)
  await waitFor('vectors', () => embedded.includes(told))
  for (const text of ['A cat sleeps.', 'My salary is low.', 'It rains.']) {
    expect((await say(text)).status).toBe(200)
    await waitFor('vectors', () => embedded.includes(text))
  }
  // Calls come to either worker.
  for (let round = 0; round < 6; round++) {
    expect((await say(`Where was the vehicle left, asks number ${round}?`)).status).toBe(200)
  }
  const asked = prompts.filter((prompt) => prompt.includes('vehicle left'))
  expect(asked.length).toBe(6)
  expect(asked[0]).toContain(told)
  expect(asked.at(-1)).toContain(told)
  expect(embedded.filter((text) => text === told)).toHaveLength(1)
  // Once in each conversation.
  expect(embedded.filter((text) => text === 'Noted.')).toHaveLength(2)
}, 120_000)
