import { describe, expect, it } from 'vitest'
import { PromptRenderer } from './prompts/prompt-renderer.ts'
import { promptUserOf } from './test-support/prompt-user.ts'
import { keyedProvider, promptOf, routeOf, shareOf, simulatorOf } from './test-support/snapshot.ts'
import { testGateway, testUpstream } from './test-support/test-gateway.ts'
import { completion, json } from './test-support/upstream.ts'

const summarise = promptOf(
  'summarise',
  [
    {
      version: '1',
      messages: [
        { role: 'system', content: 'Answer in {{language}}.' },
        { role: 'user', content: 'Summarise: {{text}} ({{options}})' },
      ],
      parameters: {
        type: 'object',
        required: ['text'],
        additionalProperties: false,
        properties: {
          text: { type: 'string' },
          language: { type: 'string', enum: ['English', 'German'], default: 'English' },
          options: { type: 'object', default: { short: true } },
        },
      },
      model: 'assistant',
      temperature: 0.2,
      maxOutputTokens: 500,
      responseFormat: { type: 'JSONObject' },
    },
    { version: '2', messages: [{ role: 'user', content: 'Two' }], model: 'assistant' },
  ],
  { path: '/summarise', labels: new Map([['canary', '2']]) },
)

async function start() {
  const upstream = await testUpstream(json(200, completion('short')))
  const gateway = await testGateway({
    providers: [keyedProvider('openai', { baseURL: upstream.url })],
    prompts: [summarise],
    secrets: { openai: 'sk' },
  })
  return { upstream, gateway }
}

const rendered = [
  { role: 'system', content: 'Answer in English.' },
  { role: 'user', content: 'Summarise: {{language}} $& (\u007b"short":true})' },
]

describe('a prompt as a REST API', () => {
  it.each(['/prompts/default/summarise', '/summarise'])('answers at %s', async (path) => {
    const { upstream, gateway } = await start()
    const response = await gateway.post(path, { text: '{{language}} $&' })
    expect(await response.json()).toMatchObject({ object: 'chat.completion' })
    expect(upstream.requests[0]?.body).toEqual({
      model: 'assistant',
      messages: rendered,
      temperature: 0.2,
      max_completion_tokens: 500,
      response_format: { type: 'json_object' },
    })
  })

  it('takes fields of a chat completion beside `parameters`', async () => {
    const { upstream, gateway } = await start()
    await gateway.post('/summarise', {
      parameters: { text: 'x', language: 'German' },
      model: 'other',
      temperature: 1,
      max_tokens: 9,
      seed: 3,
    })
    expect(upstream.requests[0]?.body).toMatchObject({
      model: 'other',
      temperature: 1,
      max_tokens: 9,
      seed: 3,
      messages: [{ content: 'Answer in German.' }, {}],
    })
    expect(upstream.requests[0]?.body).not.toHaveProperty('max_completion_tokens')
    expect(upstream.requests[0]?.body).not.toHaveProperty('parameters')
  })

  it('takes a name that the caller encoded as a whole', async () => {
    const { gateway } = await start()
    const response = await gateway.post('/prompts/default%2Fsummarise', { text: 'x' })
    expect(response.status).toBe(200)
  })

  it('names the value that a placeholder lacks', async () => {
    const messages = [{ role: 'user' as const, content: 'About {{topic}}' }]
    const parameters = { type: 'object', properties: { topic: { type: 'string' } } }
    const gateway = await testGateway({
      providers: [simulatorOf('simulator')],
      prompts: [promptOf('about', [{ version: '1', messages, parameters, model: 'm' }])],
    })
    const response = await gateway.post('/prompts/default/about', { parameters: {} })
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({
      error: { code: 'missing_variable', param: 'context.variables.topic' },
    })
  })

  it('serves the version that a label names', async () => {
    const { upstream, gateway } = await start()
    const byField = await gateway.post('/summarise', { parameters: {}, version: 'canary' })
    const byHeader = await gateway.chat(
      { messages: [{ role: 'user', content: 'now' }] },
      { 'x-fairlead-prompt': 'summarise@canary' },
    )
    for (const response of [byField, byHeader]) {
      expect(response.headers.get('x-fairlead-prompt')).toBe('default/summarise@2')
    }
    expect(upstream.requests[0]?.body['messages']).toEqual([{ role: 'user', content: 'Two' }])
    const missing = await gateway.post('/summarise', { parameters: {}, version: 'beta' })
    expect(missing.status).toBe(404)
    expect(await missing.text()).toContain('It has: 1, 2, canary.')
  })

  it('serves the requested version', async () => {
    const { upstream, gateway } = await start()
    await gateway.post('/summarise', { parameters: {}, version: '2' })
    expect(upstream.requests[0]?.body['messages']).toEqual([{ role: 'user', content: 'Two' }])
  })

  it.each([
    [{}, 'parameters.text', 'parameter "text" is required'],
    [{ text: 1 }, 'parameters.text', 'parameter "text" must be string'],
    [{ text: 'x', language: 'Latin' }, 'parameters.language', 'English, German'],
    [{ text: 'x', txt: 'y' }, 'parameters.txt', 'parameter "txt" is not known'],
  ])('refuses %j', async (parameters, param, words) => {
    const { upstream, gateway } = await start()
    const response = await gateway.post('/summarise', { parameters })
    expect(response.status).toBe(400)
    const { error } = (await response.json()) as { error: { param: string; message: string } }
    expect(error.param).toBe(param)
    expect(error.message).toContain(words)
    expect(upstream.requests).toHaveLength(0)
  })

  it('leaves the format of the answer to a caller who names one', async () => {
    const { upstream, gateway } = await start()
    const response_format = { type: 'text' }
    await gateway.post('/summarise', { parameters: { text: 'x' }, response_format })
    expect(upstream.requests[0]?.body['response_format']).toEqual(response_format)
  })

  it('streams on request', async () => {
    const gateway = await testGateway({
      providers: [simulatorOf('simulator')],
      prompts: [summarise],
    })
    const byField = await gateway.post('/summarise', { parameters: { text: 'x' }, stream: true })
    expect(await byField.text()).toContain('data: [DONE]')
    const byHeader = await gateway.post(
      '/summarise',
      { text: 'x' },
      { accept: 'text/event-stream' },
    )
    expect(await byHeader.text()).toContain('data: [DONE]')
  })
})

describe('a prompt in a chat completion', () => {
  it('comes before the messages of the caller', async () => {
    const { upstream, gateway } = await start()
    await gateway.chat(
      {
        messages: [{ role: 'user', content: 'now' }],
        context: { variables: { text: '{{language}} $&' } },
      },
      { 'x-fairlead-prompt': 'summarise@1' },
    )
    expect(upstream.requests[0]?.body).toMatchObject({
      model: 'assistant',
      messages: [...rendered, { role: 'user', content: 'now' }],
    })
    expect(upstream.requests[0]?.body).not.toHaveProperty('context')
  })

  it('can be matched by routes', async () => {
    const gateway = await testGateway({
      providers: [simulatorOf('simulator'), simulatorOf('other')],
      prompts: [summarise],
      routes: [
        routeOf('prompts', [{ provider: 'other' }], { match: { promptTemplates: ['summarise'] } }),
      ],
    })
    const response = await gateway.post('/summarise', { text: 'x' })
    expect(response.headers.get('x-fairlead-provider')).toBe('default/other')
    expect(response.headers.get('x-fairlead-route')).toBe('policy/prompts')
  })

  it('keeps its version within a conversation', async () => {
    const prompt = promptOf(
      'ab',
      ['a', 'b'].map((version) => ({ version, messages: [{ role: 'user', content: version }] })),
      {
        rollout: ['a', 'b'].map((version) => shareOf(version, 50)),
      },
    )
    const upstream = await testUpstream(json(200, completion('ok')))
    const gateway = await testGateway({
      providers: [keyedProvider('openai', { baseURL: upstream.url })],
      prompts: [prompt],
      secrets: { openai: 'sk' },
    })
    for (const id of ['one', 'one', 'one']) {
      await gateway.post(
        '/prompts/default/ab',
        { parameters: {}, model: 'm' },
        {
          'x-fairlead-conversation': id,
        },
      )
    }
    const last = upstream.requests.map(({ body }) => {
      const messages = body['messages'] as { content: string }[]
      return messages.at(-1)?.content
    })
    expect(new Set(last).size).toBe(1)
  })
})

describe('a rendered prompt', () => {
  const prompt = promptOf(
    'x',
    ['a', 'b'].map((version) => ({
      version,
      messages: [
        { role: 'user', content: version },
        { role: 'assistant', content: 'And?' },
      ],
    })),
    {
      rollout: ['a', 'b'].map((version) => shareOf(version, 50)),
    },
  )
  const use = { version: undefined, parameters: {}, parametersField: 'parameters' }

  it('has text of the model in messages of the model', () => {
    const { items } = new PromptRenderer(() => 0).render(prompt, { ...use, user: promptUserOf() })
    expect(items.map(({ content }) => content[0]?.type)).toEqual(['input_text', 'output_text'])
  })

  it('is drawn anew for every new conversation', () => {
    let point = 0
    const renderer = new PromptRenderer(() => point)
    const versions = [0, 0.99].map((next) => {
      point = next
      return renderer.render(prompt, { ...use, user: promptUserOf({ conversation: 'new' }) }).used
        .version
    })
    expect(versions).toEqual(['a', 'b'])
  })
})
