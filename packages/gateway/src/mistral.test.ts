import OpenAI, { BadRequestError } from 'openai'
import { describe, expect, it } from 'vitest'
import { brokenMistralRule } from './test-support/mistral-rules.ts'
import { keyedProvider } from './test-support/snapshot.ts'
import { testGateway, testUpstream } from './test-support/test-gateway.ts'
import { type Answer, json } from './test-support/upstream.ts'

const toolCall = {
  id: 'gSIMJiOkT',
  function: { name: 'get_weather', arguments: '{"city": "Paris"}' },
}

/** The message of an answer, with thinking in front where the model thinks. */
function messageFor(body: Record<string, unknown>): object {
  const messages = body['messages'] as readonly { readonly role: string }[]
  const called = messages.at(-1)?.role === 'tool'
  if (body['tools'] !== undefined && !called) {
    return { role: 'assistant', content: '', tool_calls: [toolCall] }
  }
  const text = called ? 'It is sunny.' : '{"a":1}'
  const isThinking = String(body['model']).startsWith('magistral')
  const thinking = { type: 'thinking', thinking: [{ type: 'text', text: 'Hm.' }] }
  return {
    role: 'assistant',
    content: isThinking ? [thinking, { type: 'text', text }] : text,
  }
}

/** A server as strict as Mistral's, whose answers have its form. */
const mistralServer: Answer = (response, { path, body }) => {
  const broken = path === '/v1/chat/completions' ? brokenMistralRule(body) : `no such path: ${path}`
  if (broken !== undefined) {
    const error = { object: 'error', message: broken, type: 'invalid_request', code: '3230' }
    json(422, error)(response, {} as never)
    return
  }
  const message = messageFor(body)
  const finish_reason = 'tool_calls' in message ? 'tool_calls' : 'stop'
  const head = { id: '5319bd02', created: 1_769_088_720, model: body['model'] }
  const usage = { prompt_tokens: 13, completion_tokens: 7, total_tokens: 20 }
  if (body['stream'] !== true) {
    const choices = [{ index: 0, finish_reason, message }]
    json(200, { ...head, object: 'chat.completion', choices, usage })(response, {} as never)
    return
  }
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  const chunk = (delta: object, more: object = {}, finish: string | null = null) =>
    response.write(
      `data: ${JSON.stringify({
        ...head,
        object: 'chat.completion.chunk',
        choices: [{ index: 0, delta, finish_reason: finish }],
        ...more,
      })}\n\n`,
    )
  chunk({ role: 'assistant', content: '' })
  chunk(message)
  chunk({ content: '' }, { usage }, finish_reason)
  response.end('data: [DONE]\n\n')
}

async function served(answer: Answer = mistralServer) {
  const upstream = await testUpstream(answer)
  const gateway = await testGateway({
    providers: [keyedProvider('mistral', { type: 'Mistral', baseURL: upstream.url })],
    secrets: { mistral: 'mi-key' },
  })
  const openai = new OpenAI({ apiKey: 'none', baseURL: `${gateway.url}/v1`, maxRetries: 0 })
  return { upstream, gateway, openai }
}

const model = 'mistral-small-latest'
const hello = { role: 'user' as const, content: 'hello there' }
const weather = {
  type: 'function' as const,
  function: {
    name: 'get_weather',
    parameters: { type: 'object', properties: { city: { type: 'string' } } },
  },
}

describe('a provider of type Mistral', () => {
  it('takes what OpenAI’s client sends, in its own words', async () => {
    const { openai, upstream } = await served()
    const schema = { type: 'object', properties: { a: { type: 'number' } }, required: ['a'] }
    const asked = {
      model,
      messages: [
        { role: 'developer' as const, content: 'Be brief.' },
        { ...hello, name: 'me' },
      ],
      seed: 7,
      max_completion_tokens: 9,
      reasoning_effort: 'high' as const,
      response_format: {
        type: 'json_schema' as const,
        json_schema: { name: 'a', schema, strict: true },
      },
    }
    const whole = await openai.chat.completions.create(asked)
    expect(whole.choices[0]?.message.content).toBe('{"a":1}')
    expect(upstream.requests[0]?.body).toEqual({
      model,
      messages: [{ role: 'system', content: 'Be brief.' }, hello],
      random_seed: 7,
      max_tokens: 9,
      reasoning_effort: 'high',
      response_format: asked.response_format,
    })
    const stream = openai.chat.completions.stream({
      ...asked,
      stream_options: { include_usage: true },
    })
    const streamed = await stream.finalChatCompletion()
    expect(streamed.choices[0]?.message.content).toBe('{"a":1}')
    expect(streamed.usage).toMatchObject({ prompt_tokens: 13 })
    expect(upstream.requests[1]?.body).not.toHaveProperty('stream_options')
  })

  it('calls tools in a loop, whole and as a stream, whatever comes after', async () => {
    const { openai } = await served()
    for (const streams of [false, true]) {
      const messages: OpenAI.ChatCompletionMessageParam[] = [hello]
      const asked = { model, messages, tools: [weather], tool_choice: 'required' as const }
      const first = streams
        ? await openai.chat.completions.stream(asked).finalChatCompletion()
        : await openai.chat.completions.create(asked)
      const message = first.choices[0]?.message
      expect(message?.tool_calls).toMatchObject([toolCall])
      if (message !== undefined) messages.push(message)
      messages.push({ role: 'tool', tool_call_id: toolCall.id, content: 'sunny' })
      const second = await openai.chat.completions.create(asked)
      expect(second.choices[0]?.message.content).toBe('It is sunny.')
      messages.push(hello)
      expect((await openai.chat.completions.create(asked)).choices).toHaveLength(1)
    }
  })

  it('thinks in chunks, which come back to it within a loop of tools', async () => {
    const { gateway, upstream } = await served()
    const thought = {
      role: 'assistant',
      content: null,
      reasoning_content: 'Hm.',
      tool_calls: [{ ...toolCall, type: 'function', id: 'call_of_another_maker' }],
    }
    const response = await gateway.chat({
      model: 'magistral-medium-2509',
      messages: [
        hello,
        thought,
        { role: 'tool', tool_call_id: 'call_of_another_maker', content: 'sunny' },
      ],
    })
    expect(response.status).toBe(200)
    expect(upstream.requests[0]?.body['messages']).toMatchObject([
      hello,
      { content: [{ type: 'thinking', thinking: [{ type: 'text', text: 'Hm.' }] }] },
      { role: 'tool' },
    ])
  })

  it('remembers a conversation', async () => {
    const { gateway, upstream } = await served()
    for (const content of ['one', 'two']) {
      const response = await gateway.chat(
        { model, messages: [{ role: 'user', content }] },
        { 'x-fairlead-conversation': 'mine' },
      )
      expect(response.status).toBe(200)
      await response.text()
    }
    expect(upstream.requests[1]?.body['messages']).toHaveLength(3)
  })

  it('goes on with an answer that has begun', async () => {
    const { openai, upstream } = await served()
    await openai.chat.completions.create({
      model,
      messages: [hello, { role: 'assistant', content: '{' }],
    })
    expect(upstream.requests[0]?.body['messages']).toEqual([
      hello,
      { role: 'assistant', content: '{', prefix: true },
    ])
  })

  it('gets its own words unread', async () => {
    const { gateway, upstream } = await served()
    const body = `{"model":"${model}", "messages":[{"role":"user","content":"x"}], "safe_prompt":true, "prompt_mode":null, "random_seed":7, "temperature":1.50}`
    expect((await gateway.chat(JSON.parse(body) as object)).status).toBe(200)
    await (await gateway.post('/v1/chat/completions', body)).text()
    expect(upstream.requests[1]?.raw.toString()).toBe(body)
  })

  it('has errors that its callers can read', async () => {
    const refused = { object: 'error', message: 'no', type: 'invalid_request', code: '3051' }
    const { openai } = await served(json(400, refused))
    const asked = openai.chat.completions.create({ model, messages: [hello] })
    await expect(asked).rejects.toBeInstanceOf(BadRequestError)
  })
})
