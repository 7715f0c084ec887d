import OpenAI from 'openai'
import { describe, expect, it } from 'vitest'
import { keyedProvider, simulatorOf } from './test-support/snapshot.ts'
import { testGateway, testUpstream } from './test-support/test-gateway.ts'
import { json, sse } from './test-support/upstream.ts'

const usage = { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 }
const answer = {
  id: 'cmpl-1',
  object: 'text_completion',
  created: 1,
  model: 'gpt-3.5-turbo-instruct',
  choices: [{ text: ' upon', index: 0, logprobs: null, finish_reason: 'stop' }],
  usage,
}
const frames = [
  { ...answer, usage: undefined },
  { ...answer, choices: [], usage },
].map((chunk) => `data: ${JSON.stringify(chunk)}\n\n`)
const done = 'data: [DONE]\n\n'

const sdkOf = (url: string) => new OpenAI({ baseURL: `${url}/v1`, apiKey: 'any', maxRetries: 0 })

describe('legacy completions by the official SDK', () => {
  const prompt = 'Once'

  it('come from a model that chats', async () => {
    const gateway = await testGateway({ providers: [simulatorOf('simulator')] })
    const openai = sdkOf(gateway.url)
    const whole = await openai.completions.create({ model: 'm', prompt, logprobs: 1 })
    expect(whole).toMatchObject({ object: 'text_completion', choices: [{ finish_reason: 'stop' }] })
    const [choice] = whole.choices
    expect(choice?.text).toContain('You said: "Once"')
    expect(choice?.logprobs?.tokens?.join('')).toBe(choice?.text)
    let text = ''
    for await (const chunk of await openai.completions.create({
      model: 'm',
      prompt,
      stream: true,
    })) {
      text += chunk.choices[0]?.text ?? ''
    }
    expect(text).toBe(choice?.text)
  })

  it.each([
    [{ prompt, suffix: 'end' }, 'suffix'],
    [{ prompt, echo: true }, 'echo'],
    [{ prompt: ['a', 'b'] }, 'prompt'],
    [{ prompt: [1, 2] }, 'prompt'],
  ])('with %j need a model that completes', async (parts, param) => {
    const gateway = await testGateway({ providers: [simulatorOf('simulator')] })
    const asked = sdkOf(gateway.url).completions.create({ model: 'm', ...parts })
    await expect(asked).rejects.toMatchObject({ status: 400, param })
  })

  it('pass to a provider that offers them', async () => {
    const upstream = await testUpstream((response, request) => {
      const isStream = request.body['stream'] === true
      if (isStream) sse([...frames, done].join(''))(response, request)
      else json(200, answer)(response, request)
    })
    const gateway = await testGateway({
      providers: [keyedProvider('openai', { baseURL: upstream.url, streamUsage: 'Request' })],
      secrets: { openai: 'sk' },
    })
    const body = { model: 'gpt-3.5-turbo-instruct', prompt: ['one', 'two'], suffix: 'end' }
    const ask = (extra: object) =>
      fetch(`${gateway.url}/v1/completions`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ ...body, ...extra }),
      })
    expect(await (await ask({})).json()).toEqual(answer)
    expect(upstream.requests[0]).toMatchObject({ path: '/v1/completions', body })
    expect(await (await ask({ stream: true })).text()).toBe([frames[0], done].join(''))
    expect(upstream.requests[1]?.body).toMatchObject({ stream_options: { include_usage: true } })
    const line = gateway.logs.findLast(({ message }) => message === 'call')?.fields
    expect(line).toMatchObject({ inputTokens: 1, outputTokens: 1 })
  })

  it('go on in a conversation', async () => {
    const gateway = await testGateway({ providers: [simulatorOf('simulator')] })
    const openai = sdkOf(gateway.url)
    const { id } = await openai.conversations.create({})
    const headers = { 'x-fairlead-conversation': id }
    await openai.completions.create({ model: 'm', prompt }, { headers })
    const second = await openai.completions.create({ model: 'm', prompt: 'more' }, { headers })
    expect(second.choices[0]?.text).toContain('I see 3 messages.')
  })

  it('have errors of its own classes', async () => {
    const gateway = await testGateway({ providers: [simulatorOf('simulator')] })
    const asked = sdkOf(gateway.url).completions.create({ model: '', prompt })
    await expect(asked).rejects.toBeInstanceOf(OpenAI.BadRequestError)
  })
})
