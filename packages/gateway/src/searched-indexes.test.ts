import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openSqliteIndex } from '@fairlead/knowledge'
import type { KnowledgeBaseSettings, KnowledgeUse } from '@fairlead/snapshot'
import { describe, expect, it, onTestFinished } from 'vitest'
import { knowledgeBaseOf, knowledgeUseOf } from './test-support/knowledge-base.ts'
import { consumerOf, everything, keyedProvider, strategyOf } from './test-support/snapshot.ts'
import { testGateway, testUpstream } from './test-support/test-gateway.ts'
import { type Answer, completion, json } from './test-support/upstream.ts'
import { limitOf, usagePolicyOf } from './test-support/usage-policy.ts'

/** Texts whose vectors point along the axes: what a model would find alike in them. */
const meanings = ['vacation', 'salary', 'parking'] as const
const passages = {
  vacation: 'Thirty days of leave are granted each year.',
  salary: 'Wages arrive on the last day of leave or month.',
  parking: 'Cars stand behind the house.',
} as const

const axis = (place: number) => meanings.map((_, index) => (index === place ? 1 : 0))

/** Answers for vectors by what a text means, for ranks by the reverse order, else with a text. */
const models: Answer = (sent, request) => {
  const { body, path } = request
  if (path.endsWith('/embeddings')) {
    const input = body['input'] as readonly string[]
    const data = input.map((text, index) => ({
      index,
      embedding: axis(meanings.findIndex((one) => text.includes(one))),
    }))
    return json(200, { data, usage: { prompt_tokens: 1 } })(sent, request)
  }
  if (path.endsWith('/rerank')) {
    const { length } = body['documents'] as readonly string[]
    const results = Array.from({ length }, (_, index) => ({
      index: length - 1 - index,
      relevance_score: 1 - index / 10,
    }))
    return json(200, { results: results.slice(0, Number(body['top_n'])) })(sent, request)
  }
  return json(200, completion('ok'))(sent, request)
}

interface Setup {
  readonly base?: Partial<KnowledgeBaseSettings>
  readonly use?: Partial<KnowledgeUse>
  /** More bases, with the same index. */
  readonly more?: readonly string[]
  readonly usagePolicies?: Parameters<typeof testGateway>[0]['usagePolicies']
}

/** A gateway with an index that has a passage for each meaning. */
async function indexed({ base = {}, more = [], usagePolicies = [], use = {} }: Setup) {
  const folder = mkdtempSync(join(tmpdir(), 'fairlead-'))
  const path = join(folder, 'k.db')
  const index = await openSqliteIndex({ path, model: 'vec', bytesMax: 1_000_000 })
  onTestFinished(async () => {
    await index.close()
    rmSync(folder, { recursive: true })
  })
  for (const [place, id] of meanings.entries()) {
    const vector = Float32Array.from(axis(place))
    await index.put({
      source: 'texts',
      id,
      digest: id,
      title: id,
      url: null,
      metadata: {},
      passages: [{ text: passages[id], headings: [], url: null, vector }],
    })
  }
  const upstream = await testUpstream(models)
  const ranks = await testUpstream(models)
  const names = ['handbook', ...more]
  const gateway = await testGateway({
    gateway: {
      allowPrivateNetworks: true,
      defaultContextStrategy: 'default/grounded',
      auth: 'Optional',
      anonymousAccess: everything,
    },
    providers: [
      keyedProvider('openai', { baseURL: upstream.url }),
      keyedProvider('cohere', { baseURL: ranks.url, type: 'Cohere' }),
    ],
    strategies: [
      strategyOf('grounded', {
        knowledge: knowledgeUseOf('handbook', {
          bases: names.map((name) => ({ key: `default/${name}`, topK: 1, minScore: undefined })),
          ...use,
        }),
      }),
    ],
    consumers: [consumerOf('app')],
    knowledgeBases: names.map((name) =>
      knowledgeBaseOf(name, { index: { mode: 'Vector', embeddingModel: 'vec' }, ...base }),
    ),
    usagePolicies,
    secrets: { openai: 'sk', cohere: 'sk', app: 'app-key' },
    options: { knowledge: { search: (_, query) => index.search(query) } },
  })
  const headers = { 'x-fairlead-conversation': 'mine', authorization: 'Bearer app-key' }
  return {
    gateway,
    upstream,
    ranks,
    /** What is asked, in a conversation: the prompt's quotations, and what the plan says of them. */
    ask: async (content: string) => {
      const body = { model: 'm', messages: [{ role: 'user', content }] }
      const response = await gateway.chat(body, headers)
      const plan = `${gateway.url}/v1/plans/${response.headers.get('x-fairlead-plan') ?? ''}`
      const { retrieval } = (await (await fetch(plan, { headers })).json()) as {
        retrieval?: { problems: readonly { problem: string }[] }
      }
      const sent = upstream.requests.findLast((request) =>
        request.path.endsWith('/chat/completions'),
      )
      return {
        status: response.status,
        retryAfter: response.headers.get('retry-after'),
        prompt: JSON.stringify(sent?.body['messages'] ?? []),
        problems: retrieval?.problems.map(({ problem }) => problem),
      }
    },
  }
}

const callsTo = (requests: readonly { readonly path: string }[], end: string) =>
  requests.filter(({ path }) => path.endsWith(end)).length

describe('an index with vectors', () => {
  it('is searched by the vector of the question, which is made once for all bases', async () => {
    const { ask, upstream } = await indexed({ more: ['second'] })
    const { prompt, problems } = await ask('How much vacation do I have?')
    expect(prompt).toContain(passages.vacation)
    expect(prompt).not.toContain(passages.salary)
    expect(problems).toEqual([])
    expect(callsTo(upstream.requests, '/embeddings')).toBe(1)
    const embedded = upstream.requests.find(({ path }) => path.endsWith('/embeddings'))
    expect(embedded?.body).toMatchObject({
      model: 'vec',
      input: ['How much vacation do I have?'],
    })
  })

  it('is searched by words where no vector can be made, and the plan says so', async () => {
    const { ask, gateway, upstream } = await indexed({
      base: { index: { mode: 'Hybrid', embeddingModel: 'vec' } },
      use: { bases: [{ key: 'default/handbook', topK: 1, minScore: 0.9 }], onFailure: 'Fail' },
    })
    const both = await ask('When do wages arrive, salary?')
    expect(both).toMatchObject({ problems: [], prompt: expect.stringContaining(passages.salary) })
    upstream.answer = (sent, request) =>
      request.path.endsWith('/embeddings')
        ? json(400, { error: { message: 'no' } })(sent, request)
        : models(sent, request)
    const { prompt, problems } = await ask('Where do cars stand?')
    expect(prompt).toContain(passages.parking)
    expect(problems).toEqual([
      'no vector of the query could be made: it was searched by words alone',
    ])
    expect(gateway.report().knowledge).toMatchObject([{ base: 'default/handbook' }])
  })

  it('cannot be searched by its vectors alone without one', async () => {
    for (const onFailure of ['Continue', 'Fail'] as const) {
      const { ask, upstream } = await indexed({ use: { onFailure } })
      upstream.answer = (sent, request) =>
        request.path.endsWith('/embeddings')
          ? // That of the other hangs.
            onFailure === 'Fail' && json(400, { error: { message: 'no' } })(sent, request)
          : models(sent, request)
      const { problems, status } = await ask('vacation')
      expect(status).toBe(onFailure === 'Fail' ? 503 : 200)
      if (onFailure === 'Fail') expect(callsTo(upstream.requests, '/chat/completions')).toBe(0)
      else expect(problems).toEqual(['no vector of the query could be made'])
    }
  })

  it('cannot be searched where a limit of the caller refuses that, which is told as such', async () => {
    const limits = [limitOf('vectors', { amount: 1 })]
    const usagePolicies = [usagePolicyOf('few', { match: { models: ['vec'] }, limits })]
    for (const onFailure of ['Continue', 'Fail'] as const) {
      const { ask, gateway } = await indexed({ use: { onFailure }, usagePolicies })
      expect(await ask('vacation')).toMatchObject({ status: 200, problems: [] })
      const refused = await ask('salary')
      if (onFailure === 'Fail') expect(refused.status).toBe(429)
      else expect(refused.problems).toEqual(['a limit of the caller does not allow its search'])
      expect(refused.retryAfter !== null).toBe(onFailure === 'Fail')
      const path = '/v1/vector_stores/handbook/search'
      const own = { authorization: 'Bearer app-key' }
      const searched = await gateway.post(path, { query: 'parking' }, own)
      expect(searched.status).toBe(429)
      expect(await searched.json()).toMatchObject({ error: { code: 'rate_limit_exceeded' } })
      expect(searched.headers.get('retry-after')).not.toBeNull()
      expect(await gateway.registry.metrics()).not.toMatch(/knowledge_searches.*"failed"/)
      expect(gateway.report().knowledge).not.toMatchObject([{ ready: false }])
    }
  })
})

describe('passages that a model orders again', () => {
  const rerank = { model: 'rank', candidates: 10 }

  it('are the best of the candidates, with its scores', async () => {
    const { ask, ranks } = await indexed({ base: { rerank } })
    const { prompt, problems } = await ask('vacation')
    expect(problems).toEqual([])
    const [asked] = ranks.requests
    expect(asked?.body).toMatchObject({ model: 'rank', query: 'vacation', top_n: 1 })
    const documents = asked?.body['documents'] as readonly string[]
    expect(documents).toHaveLength(3)
    expect(documents[0]).toBe(`vacation\n${passages.vacation}`)
    // The last of them, as the model has it.
    const [, last = ''] = documents.at(-1)?.split('\n') ?? []
    expect(prompt).toContain(last)
    expect(prompt).not.toContain(passages.vacation)
  })

  it('stand in the order of the search where it fails, and the plan says so', async () => {
    const { ask, ranks } = await indexed({
      base: { rerank },
      use: { bases: [{ key: 'default/handbook', topK: 1, minScore: 5 }], onFailure: 'Fail' },
    })
    ranks.answer = json(400, { message: 'no' })
    const { prompt, problems, status } = await ask('vacation')
    expect(status).toBe(200)
    expect(prompt).toContain(passages.vacation)
    expect(problems).toEqual([
      'what was found could not be reranked: it stands in the order of the search',
    ])
  })

  it('are left as they are for a search that wants no ranker', async () => {
    const { gateway, ranks } = await indexed({ base: { rerank } })
    const search = async (ranking: object) => {
      const body = { query: 'vacation', max_num_results: 2, ranking_options: ranking }
      const response = await gateway.post('/v1/vector_stores/handbook/search', body)
      const { data } = (await response.json()) as {
        data: readonly { filename: string; score: number }[]
      }
      return data
    }
    expect((await search({ ranker: 'none' }))[0]).toMatchObject({ filename: 'vacation', score: 1 })
    expect(ranks.requests).toHaveLength(0)
    const ranked = await search({ ranker: 'auto', score_threshold: 0.95 })
    expect(ranked).toHaveLength(1)
    expect(ranked[0]).toMatchObject({ score: 1 })
    expect(ranked[0]?.filename).not.toBe('vacation')
  })
})
