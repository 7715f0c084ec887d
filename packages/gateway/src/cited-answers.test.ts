import Anthropic from '@anthropic-ai/sdk'
import OpenAI from 'openai'
import { describe, expect, it } from 'vitest'
import type { KnowledgeUse } from '@fairlead/snapshot'
import { knowledgeBaseOf, knowledgeUseOf } from './test-support/knowledge-base.ts'
import { consumerOf, everything, keyedProvider, strategyOf } from './test-support/snapshot.ts'
import { testGateway, testUpstream } from './test-support/test-gateway.ts'
import { type Answer, chunks, completion, json } from './test-support/upstream.ts'

const text = 'Leave [1] is thirty days [2, 1], not [7].'

/** Two passages: one of a page with an address, one of a file. */
const found = json(200, {
  records: [
    { content: 'A', score: 0.9, title: 'Page', metadata: { url: 'https://kb.test/a' } },
    { content: 'B', score: 0.8, title: 'leave.md', metadata: { document_id: 'file-2' } },
  ],
})

/** A stream that arrives byte by byte. */
const byBytes =
  (words: readonly string[]): Answer =>
  (response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    for (const byte of Buffer.from(chunks(words).join(''))) response.write(Buffer.of(byte))
    response.end()
  }

async function citing(
  answer: Answer,
  use: Partial<KnowledgeUse> | null = {},
  openAi: Parameters<typeof keyedProvider>[1] = {},
) {
  const provider = await testUpstream(answer)
  const service = await testUpstream(found)
  const gateway = await testGateway({
    gateway: {
      allowPrivateNetworks: true,
      ...(use === null ? {} : { defaultContextStrategy: 'default/grounded' }),
      auth: 'Optional',
      anonymousAccess: everything,
    },
    providers: [
      keyedProvider('openai', { type: 'OpenAICompatible', baseURL: provider.url, ...openAi }),
    ],
    strategies: [
      strategyOf('grounded', {
        knowledge: knowledgeUseOf('handbook', { citations: 'Annotations', ...use }),
      }),
      strategyOf('small', { reserveOutputTokens: 10 }),
    ],
    consumers: [consumerOf('app')],
    knowledgeBases: [
      knowledgeBaseOf('handbook', {
        retriever: {
          type: 'Dify',
          url: service.url,
          knowledgeId: 'hr',
          credential: undefined,
          timeoutMs: 20_000,
        },
      }),
    ],
    secrets: { openai: 'sk', app: 'app-key' },
  })
  const openai = new OpenAI({ apiKey: 'app-key', baseURL: `${gateway.url}/v1` })
  return { gateway, openai, provider, service }
}

const page = { type: 'url_citation', url: 'https://kb.test/a', title: 'Page' }
const file = { type: 'file_citation', file_id: 'file-2', filename: 'leave.md', index: 1 }
const asked = { model: 'm', input: 'How long is leave?' }
const messages = [{ role: 'user', content: 'How long is leave?' }] as const

/** In a text as a Responses answer has them. */
const inResponse = [
  { ...page, start_index: 6, end_index: 9 },
  file,
  { ...page, start_index: 25, end_index: 31 },
]

describe('an answer that names sources', () => {
  it('has annotations in the Responses API, and the text as it was', async () => {
    const { openai, provider } = await citing(json(200, completion(text)))
    const response = await openai.responses.create({ ...asked, store: false })
    expect(response.output_text).toBe(text)
    const [message] = response.output
    expect(message).toMatchObject({ content: [{ annotations: inResponse }] })
    expect(JSON.stringify(provider.requests[0]?.body)).toContain('name its number in brackets')
  })

  it.each([1, 2, 3, 5])(
    'has them in a stream that is cut anywhere: %i characters',
    async (size) => {
      const words = text.match(new RegExp(`.{1,${size}}`, 'g')) ?? []
      const { openai } = await citing(byBytes(words))
      const stream = openai.responses.stream({ ...asked, store: false })
      const added: unknown[] = []
      stream.on('event', (event) => {
        if (event.type === 'response.output_text.annotation.added') added.push(event.annotation)
      })
      const response = await stream.finalResponse()
      expect(response.output_text).toBe(text)
      expect(added).toEqual(inResponse)
      expect(response.output).toMatchObject([{ content: [{ annotations: inResponse }] }])
    },
  )

  it('has those with an address in chat completions', async () => {
    const { openai, provider } = await citing(json(200, completion(text)))
    const citations = [
      {
        type: 'url_citation',
        url_citation: { url: page.url, title: 'Page', start_index: 6, end_index: 9 },
      },
      {
        type: 'url_citation',
        url_citation: { url: page.url, title: 'Page', start_index: 25, end_index: 31 },
      },
    ]
    const answer = await openai.chat.completions.create({ model: 'm', messages: [...messages] })
    expect(answer.choices[0]?.message).toMatchObject({ content: text, annotations: citations })
    provider.answer = byBytes(text.split(''))
    const stream = await openai.chat.completions.create({
      model: 'm',
      messages: [...messages],
      stream: true,
    })
    let said = ''
    const told: unknown[] = []
    for await (const { choices } of stream) {
      const delta = choices[0]?.delta as { content?: string; annotations?: unknown[] } | undefined
      said += delta?.content ?? ''
      told.push(...(delta?.annotations ?? []))
    }
    expect({ said, told }).toEqual({ said: text, told: citations })
  })

  it('has citations in the Messages API, and grounding in that of Gemini', async () => {
    const { gateway } = await citing(json(200, completion(text)))
    const anthropic = new Anthropic({ apiKey: 'app-key', baseURL: gateway.url })
    const message = await anthropic.messages.create({
      model: 'm',
      max_tokens: 100,
      messages: [...messages],
    })
    expect(message.content).toMatchObject([
      {
        text,
        citations: [
          { type: 'web_search_result_location', url: page.url, title: 'Page' },
          { type: 'char_location', file_id: 'file-2', document_title: 'leave.md' },
          { url: page.url },
        ],
      },
    ])
    const response = await gateway.post(
      '/v1beta/models/m:generateContent',
      { contents: [{ role: 'user', parts: [{ text: 'How long is leave?' }] }] },
      { 'x-goog-api-key': 'app-key' },
    )
    expect(await response.json()).toMatchObject({
      candidates: [
        {
          groundingMetadata: {
            groundingChunks: [{ web: { uri: page.url, title: 'Page' } }],
            groundingSupports: [{ segment: { text: '[1]' } }, { segment: { text: '[2, 1]' } }],
          },
        },
      ],
    })
  })

  it('passes as it was sent where it names none', async () => {
    const odd = (said: string) =>
      `{"id":"x","object":"chat.completion","created":1,"model":"m","own":[1.50],` +
      `"choices":[{"index":0,"message":{"role":"assistant","content":"${said}"},"finish_reason":"stop"}] }`
    const whole = odd('none [7]')
    const { gateway, provider } = await citing(json(200, whole))
    const body = { model: 'm', messages }
    expect(await (await gateway.chat(body)).text()).toBe(whole)
    provider.answer = json(200, odd('one [1]'))
    expect(await (await gateway.chat(body)).text()).toContain('url_citation')
    const frames = (words: readonly string[]) =>
      chunks(words).map((frame) => frame.replace('{', '{ "own": 1.50, '))
    const streamed = async (words: readonly string[], at?: number) => {
      provider.answer = (response) => {
        response.writeHead(200, { 'content-type': 'text/event-stream' })
        const bytes = Buffer.from(frames(words).join(''))
        response.write(bytes.subarray(0, at ?? bytes.length))
        setImmediate(() => response.end(bytes.subarray(at ?? bytes.length)))
      }
      return (await gateway.chat({ ...body, stream: true })).text()
    }
    const none = ['none ', '[', '7', ']', ' é']
    expect(await streamed(none)).toBe(frames(none).join(''))
    const some = ['two [', '2, 1', '], and [1]']
    for (const at of [undefined, 7, 400, 600, 900]) {
      const told = await streamed(some, at)
      const added = told.split('\n\n').filter((frame) => frame.includes('"annotations"'))
      expect(added).toHaveLength(2)
      expect(JSON.parse(added[0]?.slice(6) ?? '')).toMatchObject({
        choices: [
          { delta: { annotations: [{ url_citation: { start_index: 4, end_index: 10 } }] } },
        ],
      })
      const without = added.reduce((left, frame) => left.replace(`${frame}\n\n`, ''), told)
      expect(without).toBe(frames(some).join(''))
      expect(told.endsWith('data: [DONE]\n\n')).toBe(true)
    }
  })

  it('is kept with them, and given again with them, once', async () => {
    const { gateway } = await citing(json(200, completion(text)))
    const headers = {
      authorization: 'Bearer app-key',
      'x-fairlead-conversation': 'mine',
      'idempotency-key': 'once',
    }
    const body = { model: 'm', messages }
    const first = (await (await gateway.chat(body, headers)).json()) as { choices: unknown }
    const again = (await (await gateway.chat(body, headers)).json()) as { choices: unknown }
    expect(again.choices).toEqual(first.choices)
    const path = `${gateway.url}/v1/conversations/mine/items`
    const items = (await (await fetch(path, { headers })).json()) as { data: unknown[] }
    expect(JSON.stringify(items.data).match(/url_citation/g)).toHaveLength(2)
  })
})

it('numbers go on in a conversation, so that each names one passage', async () => {
  const { gateway, openai, provider, service } = await citing(json(200, completion('ok')))
  const headers = { 'x-fairlead-conversation': 'mine' }
  await openai.chat.completions.create({ model: 'm', messages: [...messages] }, { headers })
  service.answer = json(200, {
    records: [
      { content: 'C', score: 0.9, title: 'New', metadata: { url: 'https://kb.test/c' } },
      { content: 'A', score: 0.8, title: 'Page', metadata: { url: 'https://kb.test/a' } },
    ],
  })
  provider.answer = json(200, completion('New [3], known [1], not found again [2].'))
  const next = [{ role: 'user', content: 'And then?' }] as const
  const { data, response } = await openai.chat.completions
    .create({ model: 'm', messages: [...next] }, { headers })
    .withResponse()
  expect(JSON.stringify(provider.requests.at(-1)?.body['messages'])).toContain('id=\\"3\\"')
  expect(data.choices[0]?.message.annotations).toMatchObject([
    { url_citation: { url: 'https://kb.test/c', start_index: 4 } },
    { url_citation: { url: 'https://kb.test/a' } },
  ])
  service.answer = json(200, { records: [] })
  provider.answer = json(200, completion('Still [1].'))
  const third = await openai.chat.completions.create(
    { model: 'm', messages: [{ role: 'user', content: 'And now?' }] },
    { headers },
  )
  expect(third.choices[0]?.message.annotations).toMatchObject([
    { url_citation: { url: 'https://kb.test/a' } },
  ])
  const plan = `${gateway.url}/v1/plans/${response.headers.get('x-fairlead-plan') ?? ''}`
  const planned = await fetch(plan, { headers: { ...headers, authorization: 'Bearer app-key' } })
  expect(await planned.json()).toMatchObject({
    retrieval: {
      passages: [
        { title: 'New', number: 3, action: 'retrieved' },
        { title: 'Page', number: 1, reason: 'duplicate' },
      ],
    },
  })
})

it('an answer that follows tool calls is cited like any other', async () => {
  const call = { id: 'c1', type: 'function', function: { name: 'f', arguments: '{}' } }
  const message = { role: 'assistant', content: null, tool_calls: [call] }
  const calls = { ...completion(''), choices: [{ index: 0, message, finish_reason: 'tool_calls' }] }
  const { openai, provider } = await citing(json(200, calls))
  const headers = { 'x-fairlead-conversation': 'mine' }
  await openai.chat.completions.create({ model: 'm', messages: [...messages] }, { headers })
  provider.answer = json(200, completion('As [1] says.'))
  const { choices } = await openai.chat.completions.create(
    { model: 'm', messages: [{ role: 'tool', tool_call_id: 'c1', content: 'done' }] },
    { headers },
  )
  expect(choices[0]?.message.annotations).toMatchObject([
    { url_citation: { url: 'https://kb.test/a', start_index: 3 } },
  ])
})

it.each(['None', 'Text'] as const)(
  'with %s, an answer is as its provider gave it',
  async (citations) => {
    const { gateway, provider } = await citing(json(200, completion(text)), { citations })
    const answer = await gateway.chat({ model: 'm', messages })
    expect(await answer.json()).toEqual(completion(text))
    const sent = JSON.stringify(provider.requests[0]?.body)
    expect(sent.includes('name its number')).toBe(citations === 'Text')
  },
)

it('a tool file_search tells what an answer has used, as that of OpenAI does', async () => {
  const { openai } = await citing(json(200, completion(text)), null)
  const tools = [{ type: 'file_search' as const, vector_store_ids: ['handbook'] }]
  const response = await openai.responses.create({ ...asked, store: false, tools })
  const message = response.output.find(({ type }) => type === 'message')
  expect(message).toMatchObject({ content: [{ text, annotations: inResponse }] })
})

describe('a tool file_search of the Responses API', () => {
  const tools = [{ type: 'file_search' as const, vector_store_ids: ['handbook'] }]
  const searched = {
    type: 'file_search_call',
    status: 'completed',
    queries: ['How long is leave?'],
  }
  const results = [
    { file_id: 'Page', filename: 'Page', score: 0.9, text: 'A' },
    { file_id: 'file-2', filename: 'leave.md', score: 0.8, text: 'B' },
  ]

  it('is told as an item, with its results where they are asked for', async () => {
    const { openai } = await citing(json(200, completion(text)), null)
    const plain = await openai.responses.create({ ...asked, tools, store: false })
    expect(plain.output).toMatchObject([{ ...searched, results: null }, { type: 'message' }])
    expect(plain.output[0]?.id).toMatch(/^fs_/)
    const include = ['file_search_call.results' as const]
    const told = await openai.responses.create({ ...asked, tools, include, store: false })
    expect(told.output).toMatchObject([{ ...searched, results }, { type: 'message' }])
    expect(told.output_text).toBe(text)
  })

  it('tells a passage once, however many tools have found it', async () => {
    const { openai } = await citing(json(200, completion(text)), null)
    const twice = [3, 7].flatMap((most) => tools.map((one) => ({ ...one, max_num_results: most })))
    const include = ['file_search_call.results' as const]
    const told = await openai.responses.create({ ...asked, tools: twice, include, store: false })
    expect(told.output).toMatchObject([{ ...searched, results }, { type: 'message' }])
    expect(told.output[0]).toHaveProperty('results.length', results.length)
  })

  it('is told where a call that failed is sent again, too', async () => {
    const { openai, provider } = await citing(json(400, { error: { message: 'no' } }), null)
    const include = ['file_search_call.results' as const]
    const headers = { 'x-fairlead-conversation': 'mine' }
    const body = { ...asked, tools, include }
    await expect(openai.responses.create(body, { headers })).rejects.toThrow('no')
    provider.answer = json(200, completion(text))
    const { data, response } = await openai.responses.create(body, { headers }).withResponse()
    const withoutText = results.map(({ file_id, filename, score }) => ({
      file_id,
      filename,
      score,
    }))
    expect(data.output).toMatchObject([
      { ...searched, results: withoutText },
      { content: [{ annotations: inResponse }] },
    ])
    expect(response.headers.get('x-fairlead-knowledge')).toBe('default/handbook;passages=2')
  })

  it('tells no passage that had no room in the prompt', async () => {
    const models = [
      {
        name: 'm',
        aliases: [],
        capabilities: [],
        contextWindow: 120,
        maxOutputTokens: undefined,
      },
    ]
    const { openai } = await citing(json(200, completion(text)), null, { models })
    const include = ['file_search_call.results' as const]
    const { data, response } = await openai.responses
      .create(
        { ...asked, tools, include },
        { headers: { 'x-fairlead-conversation': 'mine', 'x-fairlead-strategy': 'small' } },
      )
      .withResponse()
    expect(data.output).toMatchObject([
      { ...searched, results: [] },
      { content: [{ text, annotations: [] }] },
    ])
    expect(response.headers.get('x-fairlead-knowledge')).toBe('default/handbook;passages=0')
  })

  it('is told in streams, and with a response that is kept', async () => {
    const { openai, provider } = await citing(byBytes(text.split('')), null)
    const include = ['file_search_call.results' as const]
    const stream = openai.responses.stream({ ...asked, tools, include })
    const response = await stream.finalResponse()
    expect(response.output).toMatchObject([
      { ...searched, results },
      { content: [{ text, annotations: inResponse }] },
    ])
    const kept = await openai.responses.retrieve(response.id)
    expect(response.output).toMatchObject(kept.output)
    provider.answer = json(200, completion('ok'))
    const next = await openai.responses.create({
      model: 'm',
      input: 'And then?',
      previous_response_id: response.id,
    })
    expect(next.output).toMatchObject([{ type: 'message' }])
    expect(JSON.stringify(provider.requests.at(-1)?.body)).not.toContain('file_search_call')
  })
})
