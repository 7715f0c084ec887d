import { describe, expect, it } from 'vitest'
import { ownCallBench } from '../test-support/own-calls.ts'
import { keyedProvider, routeOf, simulatorOf } from '../test-support/snapshot.ts'
import { testUpstream } from '../test-support/test-gateway.ts'
import { type Answer, json } from '../test-support/upstream.ts'

const signal = new AbortController().signal
const asDocuments = { purpose: 'document', signal } as const

/** An upstream whose vector of a text says how long it is. */
const lengths: Answer = (response, { body }) => {
  const input = body['input'] as readonly string[]
  const data = input
    .map((text, index) => ({ index, embedding: [text.length, 1], object: 'embedding' }))
    .toReversed()
  json(200, { object: 'list', data, usage: { prompt_tokens: input.length } })(response, {} as never)
}

async function bench(answer: Answer = lengths) {
  const upstream = await testUpstream(answer)
  const own = await ownCallBench({
    providers: [keyedProvider('main', { baseURL: upstream.url })],
    secrets: { main: 'sk' },
  })
  const { calls, on } = await own.as()
  return { ...own, upstream, embedder: (model = 'vec') => calls.embedder(model, on) }
}

describe('vectors that the gateway makes for itself', () => {
  it('come in the order of the texts, of length 1, in calls that are bounded', async () => {
    const { embedder, gateway, upstream } = await bench()
    const texts = Array.from({ length: 250 }, (_, index) => 'x'.repeat(index + 1))
    const vectors = await embedder().embed(texts, asDocuments)
    expect(vectors).toHaveLength(250)
    for (const [index, vector] of vectors.entries()) {
      expect(Math.hypot(...vector)).toBeCloseTo(1, 5)
      expect((vector[0] ?? 0) / (vector[1] ?? 1)).toBeCloseTo(index + 1, 1)
    }
    expect(upstream.requests.map(({ body }) => (body['input'] as string[]).length)).toEqual([
      96, 96, 58,
    ])
    // OpenAI would refuse what only others know.
    expect(upstream.requests[0]?.body).not.toHaveProperty('input_type')
    expect(gateway.logs.filter(({ message }) => message === 'own call')).toHaveLength(3)
    const long = ['y'.repeat(100_000), 'y'.repeat(100_000), 'z']
    expect(await embedder().embed(long, asDocuments)).toHaveLength(3)
    expect(
      upstream.requests.slice(3).map(({ body }) => (body['input'] as string[]).length),
    ).toEqual([1, 2])
    expect(await embedder().embed([], asDocuments)).toEqual([])
  })

  it('are made of as much of a text as the model reads, and of a blank one too', async () => {
    const { embedder, upstream } = await bench()
    const model = 'text-embedding-3-small'
    await embedder(model).embed(['x'.repeat(100_000), ' '], asDocuments)
    expect(upstream.requests[0]?.body['input']).toEqual(['x'.repeat(8191 * 3), '.'])
  })

  it.each<[string, unknown]>([
    ['of fewer texts', { data: [{ index: 0, embedding: [1] }] }],
    [
      'without a direction',
      {
        data: [
          [0, 0],
          [1, 1],
        ].map((embedding) => ({ embedding })),
      },
    ],
    ['of several lengths', { data: [[1, 0], [1]].map((embedding) => ({ embedding })) }],
    ['that are not numbered', { data: [3, 0].map((index) => ({ index, embedding: [1] })) }],
    ['that are none', { data: [{ embedding: ['a'] }, { embedding: null }] }],
  ])('are refused %s', async (_name, answer) => {
    const { embedder } = await bench(json(200, answer))
    await expect(embedder().embed(['a', 'b'], asDocuments)).rejects.toMatchObject({
      kind: 'upstream',
    })
  })

  it('do not change their dimension unnoticed', async () => {
    const { embedder, upstream } = await bench(json(200, { data: [{ embedding: [1, 2] }] }))
    const one = embedder()
    await one.embed(['a'], asDocuments)
    upstream.answer = json(200, { data: [{ embedding: [1, 2, 3] }] })
    await expect(one.embed(['a'], asDocuments)).rejects.toThrow('make all of them anew')
  })

  it('are retried as every call is', async () => {
    const broken = await testUpstream(json(503, { error: { message: 'down' } }))
    const own = await ownCallBench({
      providers: [keyedProvider('broken', { baseURL: broken.url }), simulatorOf('local')],
      routes: [
        routeOf(
          'v',
          [
            { provider: 'broken', model: 'vec' },
            { provider: 'local', model: 'vec' },
          ],
          { retry: { attempts: 1, conditions: ['ServerError'] } },
        ),
      ],
      secrets: { broken: 'sk' },
    })
    const { calls, on } = await own.as()
    const query = { purpose: 'query', signal } as const
    const [apple] = await calls.embedder('any', on).embed(['apple'], query)
    expect(apple).toHaveLength(384)
  })
})

describe('documents that the gateway has ordered', () => {
  it('are the best ones, the best first', async () => {
    const own = await ownCallBench({ providers: [simulatorOf('local')] })
    const { calls, on } = await own.as()
    const documents = ['tax law', 'a red apple', 'an apple']
    const request = { model: 'rank', query: 'red apple', documents, topN: 2 }
    expect(await calls.rerank(request, { ...on, purpose: 'rerank' })).toEqual([
      { index: 1, score: 1 },
      { index: 2, score: 0.5 },
    ])
  })

  it('are refused where the answer names others', async () => {
    const upstream = await testUpstream(json(200, { results: [{ index: 7, relevance_score: 1 }] }))
    const own = await ownCallBench({
      providers: [keyedProvider('main', { baseURL: upstream.url, type: 'Cohere' })],
      secrets: { main: 'sk' },
    })
    const { calls, on } = await own.as()
    const request = { model: 'rank', query: 'q', documents: ['a'], topN: 1 }
    await expect(calls.rerank(request, on)).rejects.toMatchObject({ kind: 'upstream' })
  })
})
