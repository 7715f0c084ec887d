import { createSseParser } from '@fairlead/llm'
import { isJsonObject } from '@fairlead/base'
import { describe, expect, it } from 'vitest'
import { modelUpstream } from './test-support/model-upstream.ts'
import { keyedProvider, routeOf } from './test-support/snapshot.ts'
import { testGateway } from './test-support/test-gateway.ts'

/**
 * What a response must have, and what it may be, by `ResponseResource` of Open Responses
 * (https://www.openresponses.org/specification).
 */
const responseFields: Readonly<Record<string, readonly string[]>> = {
  id: ['string'],
  object: ['string'],
  created_at: ['number'],
  completed_at: ['number', 'null'],
  status: ['string'],
  incomplete_details: ['object', 'null'],
  model: ['string'],
  previous_response_id: ['string', 'null'],
  instructions: ['string', 'null'],
  output: ['array'],
  error: ['object', 'null'],
  tools: ['array'],
  tool_choice: ['string', 'object'],
  truncation: ['string'],
  parallel_tool_calls: ['boolean'],
  text: ['object'],
  top_p: ['number'],
  presence_penalty: ['number'],
  frequency_penalty: ['number'],
  top_logprobs: ['number'],
  temperature: ['number'],
  reasoning: ['object', 'null'],
  usage: ['object', 'null'],
  max_output_tokens: ['number', 'null'],
  max_tool_calls: ['number', 'null'],
  store: ['boolean'],
  background: ['boolean'],
  service_tier: ['string'],
  metadata: ['object'],
  safety_identifier: ['string', 'null'],
  prompt_cache_key: ['string', 'null'],
}

/** The fields of each item of an output, by its type. */
const itemFields: Readonly<Record<string, readonly string[]>> = {
  message: ['id', 'status', 'role', 'content'],
  function_call: ['id', 'status', 'call_id', 'name', 'arguments'],
  reasoning: ['id', 'summary'],
}

type Fields = Record<string, unknown>

function problemsOf(response: Fields): string[] {
  const wrong = Object.entries(responseFields)
    .filter(([name, types]) => !types.includes(typeOf(response[name])))
    .map(([name]) => `${name} is ${typeOf(response[name])}`)
  const items = (response['output'] as Fields[]).flatMap((item) =>
    (itemFields[String(item['type'])] ?? ['unknown type'])
      .filter((name) => item[name] === undefined)
      .map((name) => `${String(item['type'])} lacks ${name}`),
  )
  return [...wrong, ...items]
}

function typeOf(value: unknown): string {
  if (value === null) return 'null'
  return Array.isArray(value) ? 'array' : typeof value
}

const weather = {
  type: 'function',
  name: 'get_weather',
  description: 'Get the weather of a place',
  parameters: {
    type: 'object',
    properties: { location: { type: 'string' } },
    required: ['location'],
  },
}
const askForWeather = [
  { type: 'message', role: 'user', content: "What's the weather like in San Francisco?" },
]
const heart = 'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4'

const scenarios: Readonly<Record<string, { readonly body: Fields; readonly outputType: string }>> =
  {
    'a basic response': {
      body: { input: [{ type: 'message', role: 'user', content: 'Say hello.' }] },
      outputType: 'message',
    },
    'a system prompt': {
      body: {
        input: [
          { type: 'message', role: 'system', content: 'You are a pirate.' },
          { type: 'message', role: 'user', content: 'Say hello.' },
        ],
      },
      outputType: 'message',
    },
    'a call of a tool': {
      body: { input: askForWeather, tools: [weather] },
      outputType: 'function_call',
    },
    'an image': {
      body: {
        input: [
          {
            type: 'message',
            role: 'user',
            content: [
              { type: 'input_text', text: 'What do you see?' },
              { type: 'input_image', image_url: heart },
            ],
          },
        ],
      },
      outputType: 'message',
    },
    'several turns': {
      body: {
        input: [
          { type: 'message', role: 'user', content: 'My name is Alice.' },
          { type: 'message', role: 'assistant', content: 'Hello Alice!' },
          { type: 'message', role: 'user', content: 'What is my name?' },
        ],
      },
      outputType: 'message',
    },
    'the output of a tool': {
      body: {
        input: [
          ...askForWeather,
          {
            type: 'function_call',
            call_id: 'c',
            name: 'get_weather',
            arguments: '{"location":"SF"}',
          },
          { type: 'function_call_output', call_id: 'c', output: 'sunny' },
        ],
        tools: [weather],
      },
      outputType: 'message',
    },
  }

/** Names of the events that each stream with such an item must have. */
const eventsOf: Readonly<Record<string, readonly string[]>> = {
  message: [
    'response.output_item.added',
    'response.content_part.added',
    'response.output_text.delta',
    'response.output_text.done',
    'response.content_part.done',
    'response.output_item.done',
  ],
  function_call: [
    'response.output_item.added',
    'response.function_call_arguments.delta',
    'response.function_call_arguments.done',
    'response.output_item.done',
  ],
}

describe.each(['OpenAI', 'OpenAICompatible', 'Anthropic'])('Open Responses, of %s', (type) => {
  async function start() {
    const upstream = await modelUpstream()
    return testGateway({
      providers: [keyedProvider('p', { type, baseURL: upstream.url })],
      secrets: { p: 'sk' },
      routes: [routeOf('all', [{ provider: 'p' }])],
    })
  }

  it.each(Object.entries(scenarios))('answers %s', async (_, { body, outputType }) => {
    const gateway = await start()
    const answer = await gateway.post('/v1/responses', { model: 'm', ...body })
    expect(answer.status).toBe(200)
    const response = (await answer.json()) as Fields
    expect(problemsOf(response)).toEqual([])
    expect(response).toMatchObject({ object: 'response', status: 'completed' })
    expect((response['output'] as Fields[]).map((item) => item['type'])).toEqual([outputType])
  })

  it.each(Object.entries(scenarios))('streams %s', async (_, { body, outputType }) => {
    const gateway = await start()
    const answer = await gateway.post('/v1/responses', { model: 'm', stream: true, ...body })
    expect(answer.headers.get('content-type')).toContain('text/event-stream')
    const parser = createSseParser()
    const frames = [...parser.push(Buffer.from(await answer.arrayBuffer())), ...parser.end()]
    const events = frames.map(({ data, event }) => {
      const value = JSON.parse(data) as Fields
      expect(value['type']).toBe(event)
      return value
    })
    expect(events.map((event) => event['sequence_number'])).toEqual([...events.keys()])
    const names = events.map((event) => event['type'])
    expect(names.slice(0, 2)).toEqual(['response.created', 'response.in_progress'])
    expect(names).toEqual(expect.arrayContaining([...(eventsOf[outputType] ?? [])]))
    for (const { response } of events) {
      if (isJsonObject(response)) expect(problemsOf(response)).toEqual([])
    }
    expect(events.at(-1)).toMatchObject({
      type: 'response.completed',
      response: { status: 'completed', output: [{ type: outputType }] },
    })
  })

  it('repeats what it was asked', async () => {
    const gateway = await start()
    const asked = {
      model: 'm',
      input: 'hi',
      instructions: 'Be brief.',
      max_output_tokens: 100,
      metadata: { topic: 'fish' },
      tools: [weather],
      tool_choice: 'none',
    }
    const response = (await (await gateway.post('/v1/responses', asked)).json()) as Fields
    const { input: _, model: __, ...repeated } = asked
    expect(response).toMatchObject(repeated)
  })

  it('answers Codex, as it asks a model that it does not know', async () => {
    const gateway = await start()
    const answer = await gateway.post('/v1/responses', {
      model: 'm',
      instructions: 'You are Codex.',
      input: [
        { type: 'message', role: 'developer', content: [{ type: 'input_text', text: 'rules' }] },
        { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'list files' }] },
      ],
      tools: [
        {
          type: 'function',
          name: 'shell',
          description: 'd',
          strict: false,
          parameters: { type: 'object', properties: { command: { type: 'string' } } },
        },
      ],
      tool_choice: 'auto',
      parallel_tool_calls: false,
      reasoning: { effort: 'medium', summary: 'auto' },
      store: false,
      stream: true,
      include: ['reasoning.encrypted_content'],
      prompt_cache_key: 'thread-1',
      text: { verbosity: 'low' },
    })
    expect(answer.status).toBe(200)
    expect(await answer.text()).toContain('list files')
  })
})
