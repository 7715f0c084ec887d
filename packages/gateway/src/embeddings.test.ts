import OpenAI from 'openai'
import { describe, expect, it } from 'vitest'
import { policyOf } from './test-support/access-policy.ts'
import { consumerOf, keyedProvider, routeOf, simulatorOf } from './test-support/snapshot.ts'
import { testGateway, testUpstream } from './test-support/test-gateway.ts'
import { type Answer, json } from './test-support/upstream.ts'
import { limitOf, usagePolicyOf } from './test-support/usage-policy.ts'

const path = '/v1/embeddings'

const listed = (vectors: readonly unknown[], model = 'vec') => ({
  object: 'list',
  data: vectors.map((embedding, index) => ({ object: 'embedding', index, embedding })),
  model,
  usage: { prompt_tokens: 8, total_tokens: 8 },
})

const base64 = (...numbers: readonly number[]) =>
  Buffer.from(Float32Array.from(numbers).buffer).toString('base64')

/** A gateway before one provider that answers so. */
async function before(
  answer: Answer,
  provider: Partial<Parameters<typeof keyedProvider>[1]> = {},
  parts: Partial<Parameters<typeof testGateway>[0]> = {},
) {
  const upstream = await testUpstream(answer)
  const gateway = await testGateway({
    providers: [keyedProvider('main', { baseURL: upstream.url, ...provider })],
    secrets: { main: 'sk', ann: 'ann' },
    ...parts,
  })
  return { gateway, upstream }
}

interface Vectors {
  readonly data: readonly { readonly embedding: readonly number[] | string }[]
  readonly model: string
  readonly usage: { readonly prompt_tokens: number }
}

describe('POST /v1/embeddings', () => {
  it('passes bytes between parties of one dialect, and counts what was read', async () => {
    const vectors = listed([
      [0.1, 0.2],
      [0.3, 0.4],
    ])
    const { gateway, upstream } = await before(json(200, vectors))
    const sent = '{"input": ["a", "b"],  "model":"vec","user":"u"}'
    const response = await gateway.post(path, sent)
    expect(await response.json()).toEqual(vectors)
    expect(JSON.parse(upstream.requests[0]?.raw.toString() ?? '')).toEqual(JSON.parse(sent))
    expect(upstream.requests[0]?.path).toBe('/v1/embeddings')
    expect(response.headers.get('x-fairlead-provider')).toBe('default/main')
    expect(gateway.logs.at(-1)?.fields).toMatchObject({
      operation: 'embeddings',
      inputTokens: 8,
      outputTokens: 0,
      status: 200,
    })
    const metrics = await gateway.registry.metrics()
    expect(metrics).toContain('gen_ai_operation_name="embeddings"')
  })

  it.each([
    ['float', [[0.5, -0.25]], [0.5, -0.25]],
    ['float', [base64(0.5, -0.25)], [0.5, -0.25]],
    ['base64', [base64(0.5, -0.25)], base64(0.5, -0.25)],
    ['base64', [[0.5, -0.25]], base64(0.5, -0.25)],
  ])('answers as %s what the server has, whatever it knows of', async (format, has, expected) => {
    const { gateway } = await before(json(200, listed(has)))
    const body = { model: 'vec', input: 'a', encoding_format: format }
    const answer = (await (await gateway.post(path, body)).json()) as Vectors
    expect(answer.data[0]?.embedding).toEqual(expected)
    expect(answer.usage.prompt_tokens).toBe(8)
  })

  it.each([
    ['float', [[0.1, 0.2]]],
    ['base64', [base64(0.1)]],
    ['float', [[0.1], [0.2], [0.3]]],
  ])('takes no answer as %s without one vector for each input', async (format, vectors) => {
    const { gateway } = await before(json(200, listed(vectors)))
    const body = { model: 'vec', input: ['a', 'b'], encoding_format: format }
    const response = await gateway.post(path, body)
    expect(response.status).toBe(502)
    expect(await response.text()).toContain(`it has ${vectors.length} of the 2`)
  })

  it('is right for the official SDK, in both forms', async () => {
    const gateway = await testGateway({ providers: [simulatorOf('local')] })
    const openai = new OpenAI({ baseURL: `${gateway.url}/v1`, apiKey: 'x', maxRetries: 0 })
    const input = ['a red apple', 'red apples', 'tax law']
    const usual = await openai.embeddings.create({ model: 'vec', input })
    const floats = await openai.embeddings.create({ model: 'vec', input, encoding_format: 'float' })
    expect(usual.data.map(({ embedding }) => embedding)).toEqual(
      floats.data.map(({ embedding }) => embedding.map((one) => Math.fround(one))),
    )
    const [apple = [], apples = [], law = []] = floats.data.map(({ embedding }) => embedding)
    const dot = (left: readonly number[], right: readonly number[]) =>
      left.reduce((sum, one, index) => sum + one * (right[index] ?? 0), 0)
    expect(dot(apple, apple)).toBeCloseTo(1, 5)
    expect(dot(apple, apples)).toBeGreaterThan(dot(apple, law) + 0.2)
    expect(usual.usage.prompt_tokens).toBeGreaterThan(0)
    const short = await openai.embeddings.create({ model: 'vec', input: [1, 2], dimensions: 8 })
    expect(short.data[0]?.embedding).toHaveLength(8)
  })

  it('asks Cohere in its own words', async () => {
    const { gateway, upstream } = await before(
      json(200, {
        id: '1',
        embeddings: {
          float: [
            [1, 2],
            [3, 4],
          ],
        },
        meta: { billed_units: { input_tokens: 5 } },
      }),
      { type: 'Cohere' },
    )
    const body = { model: 'embed-v4.0', input: ['a', 'b'], input_type: 'query', dimensions: 256 }
    const answer = (await (await gateway.post(path, body)).json()) as Vectors
    expect(upstream.requests[0]).toMatchObject({
      path: '/v1/embed',
      body: {
        model: 'embed-v4.0',
        texts: ['a', 'b'],
        input_type: 'search_query',
        output_dimension: 256,
      },
    })
    expect(answer).toMatchObject({
      object: 'list',
      model: 'embed-v4.0',
      data: [
        { index: 0, embedding: [1, 2] },
        { index: 1, embedding: [3, 4] },
      ],
      usage: { prompt_tokens: 5, total_tokens: 5 },
    })
  })

  it('asks Gemini in its own words, whose tokens are estimated', async () => {
    const { gateway, upstream } = await before(json(200, { embeddings: [{ values: [1, 2] }] }), {
      type: 'Gemini',
    })
    const body = { model: 'gemini-embedding-001', input: 'twelve chars', input_type: 'document' }
    const answer = (await (await gateway.post(path, body)).json()) as Vectors
    expect(upstream.requests[0]).toMatchObject({
      path: '/v1/models/gemini-embedding-001:batchEmbedContents',
      body: {
        requests: [
          {
            model: 'models/gemini-embedding-001',
            content: { parts: [{ text: 'twelve chars' }] },
            taskType: 'RETRIEVAL_DOCUMENT',
          },
        ],
      },
    })
    expect(answer.data[0]?.embedding).toEqual([1, 2])
    expect(gateway.logs.at(-1)?.fields).toMatchObject({ inputTokens: 3, usageEstimated: true })
  })

  it('never answers with the vectors of another model', async () => {
    const broken = await testUpstream(json(503, { error: { message: 'down' } }))
    const other = await testUpstream(json(200, listed([[9]], 'other')))
    const same = await testUpstream(json(200, listed([[1]])))
    const retry = { attempts: 3, conditions: ['ServerError' as const] }
    const providers = [
      keyedProvider('broken', { baseURL: broken.url }),
      keyedProvider('other', { baseURL: other.url }),
      keyedProvider('same', { baseURL: same.url }),
    ]
    const targets = [
      { provider: 'broken', model: 'vec' },
      { provider: 'other', model: 'other' },
      { provider: 'same', model: 'vendor/vec' },
    ]
    const gateway = await testGateway({
      providers,
      routes: [routeOf('all', targets, { retry, strategy: 'Weighted' })],
      secrets: { broken: 'a', other: 'b', same: 'c' },
    })
    for (let count = 0; count < 5; count += 1) {
      const answer = (await (
        await gateway.post(path, { model: 'v', input: 'a' })
      ).json()) as Vectors
      expect(answer.data[0]?.embedding).toEqual([1])
    }
    expect(other.requests).toHaveLength(0)
    expect(gateway.logs.at(-1)?.fields['passedOver']).toContainEqual(
      expect.objectContaining({ target: 'other' }),
    )
  })

  it('is not answered by a chat model, nor chat by a model of vectors', async () => {
    const { gateway, upstream } = await before(json(200, listed([[1]])))
    const vectors = await gateway.post(path, { model: 'gpt-4o', input: 'a' })
    expect(vectors.status).toBe(400)
    expect(await vectors.json()).toMatchObject({
      error: { code: 'no_capable_target', message: expect.stringContaining('for chat') },
    })
    const chat = await gateway.chat({
      model: 'text-embedding-3-small',
      messages: [{ role: 'user', content: 'hi' }],
    })
    expect(chat.status).toBe(400)
    expect(await chat.json()).toMatchObject({ error: { code: 'no_capable_target' } })
    expect(upstream.requests).toHaveLength(0)
  })

  it.each([
    [['Chat' as const], path, { input: 'a' }],
    [
      ['Embeddings' as const],
      '/v1/chat/completions',
      { messages: [{ role: 'user', content: 'x' }] },
    ],
  ])('goes by what is declared: %j', async (capabilities, at, body) => {
    const model = {
      name: 'own',
      aliases: [],
      contextWindow: undefined,
      maxOutputTokens: undefined,
      capabilities,
    }
    const { gateway } = await before(json(200, {}), { models: [model] })
    const response = await gateway.post(at, { model: 'own', ...body })
    expect(await response.json()).toMatchObject({ error: { code: 'no_capable_target' } })
  })

  it('says which provider has none', async () => {
    const { gateway } = await before(json(200, {}), { type: 'Anthropic' })
    const response = await gateway.post(path, { model: 'x', input: 'a' })
    expect(await response.json()).toMatchObject({
      error: { message: expect.stringContaining('no API for embeddings') },
    })
  })

  it('passes limits and AccessPolicies as chat does', async () => {
    const limited = await before(
      json(200, listed([[1]])),
      {},
      {
        usagePolicies: [
          usagePolicyOf('p', { limits: [limitOf('in', { measure: 'InputTokens', amount: 600 })] }),
        ],
      },
    )
    // What a model answers is not reserved: there is nothing.
    expect((await limited.gateway.post(path, { model: 'm', input: 'a' })).status).toBe(200)
    const refused = await limited.gateway.post(path, { model: 'm', input: 'x'.repeat(900) })
    expect(refused.status).toBe(429)
    const denied = await before(
      json(200, listed([[1]])),
      {},
      {
        gateway: { auth: 'Required' },
        consumers: [consumerOf('ann')],
        accessPolicies: [policyOf('no', { resources: { models: ['secret-*'] } })],
      },
    )
    const headers = { 'x-fairlead-key': 'ann' }
    const hidden = await denied.gateway.post(path, { model: 'secret-1', input: 'a' }, headers)
    expect(await hidden.json()).toMatchObject({ error: { code: 'model_not_found' } })
    expect((await denied.gateway.post(path, { model: 'open', input: 'a' })).status).toBe(401)
  })

  it.each([
    ['no answer at all', json(200, 'oops')],
    ['another answer', json(200, { id: 'x' })],
    ['an error', json(200, { error: { message: 'no' } })],
  ])('takes %s of its provider for none', async (_name, answer) => {
    const { gateway } = await before(answer)
    const response = await gateway.post(path, { model: 'vec', input: 'a' })
    expect(response.status).toBeGreaterThanOrEqual(400)
    expect(await response.json()).toHaveProperty('error.message')
  })

  it.each<[string, unknown, string, string]>([
    ['no input', { model: 'm' }, 'missing_required_parameter', 'input'],
    ['an empty text', { model: 'm', input: '' }, 'invalid_value', 'input'],
    ['no texts', { model: 'm', input: [] }, 'invalid_value', 'input'],
    ['an empty text in a list', { model: 'm', input: ['a', ''] }, 'invalid_value', 'input[1]'],
    ['a number among texts', { model: 'm', input: ['a', 1] }, 'invalid_value', 'input[1]'],
    ['half a token', { model: 'm', input: [1, 1.5] }, 'invalid_value', 'input[1]'],
    ['no tokens', { model: 'm', input: [[1], []] }, 'invalid_value', 'input[1]'],
    ['an object', { model: 'm', input: {} }, 'invalid_value', 'input'],
    [
      'too many',
      { model: 'm', input: Array.from({ length: 2049 }, () => 'a') },
      'invalid_value',
      'input',
    ],
    [
      'an unknown encoding',
      { model: 'm', input: 'a', encoding_format: 'hex' },
      'invalid_value',
      'encoding_format',
    ],
    ['no dimension', { model: 'm', input: 'a', dimensions: 0 }, 'invalid_value', 'dimensions'],
    [
      'an unknown purpose',
      { model: 'm', input: 'a', input_type: 'x' },
      'invalid_value',
      'input_type',
    ],
    ['no model', { input: 'a' }, 'missing_required_parameter', 'model'],
    ['a model of a wrong type', { model: 1, input: 'a' }, 'invalid_value', 'model'],
    ['a field twice', '{"model":"m","model":"n","input":"a"}', 'duplicate_field', 'model'],
  ])('refuses %s as OpenAI does', async (_name, body, code, param) => {
    const { gateway, upstream } = await before(json(200, listed([[1]])))
    const response = await gateway.post(path, body)
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({ error: { code, param } })
    expect(upstream.requests).toHaveLength(0)
  })

  it.each<['Drop' | 'Error' | 'Forward', object]>([
    ['Drop', { adapted: 'dropped=odd,user', sent: undefined, status: 200 }],
    ['Forward', { adapted: 'forwarded=odd,user', sent: 1, status: 200 }],
    ['Error', { adapted: null, sent: undefined, status: 400 }],
  ])('says what becomes of a field that a provider lacks: %s', async (unsupported, expected) => {
    const { gateway, upstream } = await before(json(200, { embeddings: { float: [[1]] } }), {
      type: 'Cohere',
      parameters: { unsupported },
    })
    const response = await gateway.post(path, { model: 'm', input: 'a', odd: 1, user: 'u' })
    expect({
      adapted: response.headers.get('x-fairlead-adapted'),
      sent: upstream.requests[0]?.body['odd'],
      status: response.status,
    }).toEqual(expected)
  })

  it('does not tell OpenAI what it would refuse', async () => {
    const { gateway, upstream } = await before(json(200, listed([[1]])))
    const response = await gateway.post(path, { model: 'm', input: 'a', input_type: 'query' })
    expect(response.headers.get('x-fairlead-adapted')).toBe('dropped=input_type')
    expect(upstream.requests[0]?.body).toEqual({ model: 'm', input: 'a' })
  })

  it('belongs to no conversation', async () => {
    const { gateway } = await before(json(200, listed([[1]])))
    const headers = { 'x-fairlead-conversation': 'new' }
    const response = await gateway.post(path, { model: 'm', input: 'a' }, headers)
    expect(await response.json()).toMatchObject({ error: { param: 'x-fairlead-conversation' } })
  })
})

describe('POST /v1/rerank', () => {
  const body = { model: 'rank', query: 'red apple', documents: ['tax', { text: 'a red apple' }] }

  it('orders documents on a laptop', async () => {
    const gateway = await testGateway({ providers: [simulatorOf('local')] })
    const response = await gateway.post('/v1/rerank', { ...body, return_documents: true })
    expect(await response.json()).toMatchObject({
      results: [
        { index: 1, relevance_score: 1, document: { text: 'a red apple' } },
        { index: 0, relevance_score: 0 },
      ],
    })
    const best = await gateway.post('/v2/rerank', { ...body, top_n: 1 })
    expect(await best.json()).toMatchObject({ results: [{ index: 1 }] })
  })

  it('asks Cohere, and counts the tokens that it tells', async () => {
    const { gateway, upstream } = await before(
      json(200, {
        id: '1',
        results: [{ index: 1, relevance_score: 0.9 }],
        meta: { billed_units: { search_units: 1 }, tokens: { input_tokens: 7 } },
      }),
      { type: 'Cohere' },
    )
    const answer = await gateway.post('/v1/rerank', { ...body, documents: ['tax', 'apple'] })
    expect(await answer.json()).toMatchObject({ results: [{ index: 1, relevance_score: 0.9 }] })
    expect(upstream.requests[0]?.path).toBe('/v1/rerank')
    expect(gateway.logs.at(-1)?.fields).toMatchObject({ operation: 'rerank', inputTokens: 7 })
  })

  it.each<[string, unknown, string]>([
    ['no query', { model: 'm', documents: ['a'] }, 'query'],
    ['no documents', { model: 'm', query: 'a', documents: [] }, 'documents'],
    ['a document without text', { model: 'm', query: 'a', documents: [{}] }, 'documents[0].text'],
    ['none of the best', { model: 'm', query: 'a', documents: ['a'], top_n: 0 }, 'top_n'],
  ])('refuses %s', async (_name, wrong, param) => {
    const gateway = await testGateway({ providers: [simulatorOf('local')] })
    const response = await gateway.post('/v1/rerank', wrong)
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({ error: { param } })
  })
})
