import OpenAI from 'openai'
import { describe, expect, it } from 'vitest'
import { consumerOf, simulatorOf } from './test-support/snapshot.ts'
import { testGateway } from './test-support/test-gateway.ts'

const model = {
  name: 'known',
  aliases: ['alias'],
  contextWindow: undefined,
  maxOutputTokens: undefined,
  capabilities: [],
}

async function client(apiKey = 'good'): Promise<OpenAI> {
  const gateway = await testGateway({
    gateway: { auth: 'Required' },
    providers: [{ ...simulatorOf('simulator'), models: [model] }],
    consumers: [consumerOf('app')],
    secrets: { app: 'good' },
  })
  return new OpenAI({ baseURL: `${gateway.url}/v1`, apiKey, maxRetries: 0 })
}

const messages = [{ role: 'user' as const, content: 'hello there' }]
const tools = [
  {
    type: 'function' as const,
    function: {
      name: 'get_weather',
      parameters: {
        type: 'object',
        required: ['city'],
        properties: { city: { type: 'string' } },
      },
    },
  },
]

describe('the official OpenAI SDK', () => {
  it('gets an answer', async () => {
    const openai = await client()
    const answer = await openai.chat.completions.create({ model: 'known', messages })
    expect(answer.choices[0]?.message.content).toContain('You said: "hello there"')
    expect(answer.choices[0]?.finish_reason).toBe('stop')
    expect(answer.usage?.total_tokens).toBeGreaterThan(0)
  })

  it('gets the same answer as a stream, with usage at its end', async () => {
    const openai = await client()
    const whole = await openai.chat.completions.create({ model: 'alias', messages })
    const stream = await openai.chat.completions.create({
      model: 'alias',
      messages,
      stream: true,
      stream_options: { include_usage: true },
    })
    let text = ''
    let usage: OpenAI.CompletionUsage | null | undefined
    for await (const chunk of stream) {
      text += chunk.choices[0]?.delta.content ?? ''
      usage = chunk.usage ?? usage
    }
    expect(text).toBe(whole.choices[0]?.message.content)
    expect(usage).toEqual(whole.usage)
  })

  it('gets a tool call, and an answer to its output', async () => {
    const openai = await client()
    const asked = [{ role: 'user' as const, content: 'please call get_weather now' }]
    const stream = openai.chat.completions.stream({ model: 'known', messages: asked, tools })
    const called = await stream.finalMessage()
    const call = called.tool_calls?.[0]
    expect(call).toMatchObject({
      type: 'function',
      function: { name: 'get_weather', arguments: '{"city":"simulated"}' },
    })
    const answer = await openai.chat.completions.create({
      model: 'known',
      tools,
      messages: [
        ...asked,
        called,
        { role: 'tool', tool_call_id: call?.id ?? '', content: 'sunny' },
      ],
    })
    expect(answer.choices[0]?.message.content).toContain('The tool answered: "sunny"')
  })

  it('gets errors of its own classes', async () => {
    const openai = await client()
    const unknown = openai.chat.completions.create({ model: 'nope', messages })
    await expect(unknown).rejects.toBeInstanceOf(OpenAI.NotFoundError)
    await expect(unknown).rejects.toMatchObject({ status: 404, code: 'model_not_found' })
    const stranger = await client('wrong')
    await expect(stranger.models.list()).rejects.toBeInstanceOf(OpenAI.AuthenticationError)
  })

  it('lists the models', async () => {
    const openai = await client()
    const ids = (await openai.models.list()).data.map(({ id }) => id)
    expect(ids).toEqual(['alias', 'known'])
    expect((await openai.models.retrieve('alias')).id).toBe('alias')
  })

  it('talks in a conversation that it created', async () => {
    const openai = await client()
    const { id } = await openai.conversations.create({ metadata: { topic: 'fish' } })
    const headers = { 'x-fairlead-conversation': id }
    await openai.chat.completions.create({ model: 'known', messages }, { headers })
    const second = await openai.chat.completions.create(
      { model: 'known', messages: [{ role: 'user', content: 'more' }] },
      { headers },
    )
    expect(second.choices[0]?.message.content).toContain('I see 3 messages.')
    const items = await openai.conversations.items.list(id, { order: 'asc' })
    expect(items.data).toHaveLength(4)
    expect((await openai.conversations.delete(id)).deleted).toBe(true)
  })
})
