import { describe, expect, it } from 'vitest'
import { InexpressibleFilterError } from '../inexpressible-filter-error.ts'
import type { MetadataFilter } from '../metadata-filter.ts'
import { difyRetriever } from './dify.ts'
import { openAIVectorStoreRetriever } from './openai-vector-store.ts'
import type { Fetch } from './retriever-options.ts'

const { signal } = new AbortController()

/** A service that answers with this, and what it was asked. */
function service(answer: unknown, status = 200) {
  const asked: { url: string; headers: object; body: unknown }[] = []
  const fetch: Fetch = (url, { body = '', headers }) => {
    asked.push({ url: url.href, headers, body: JSON.parse(body) as unknown })
    return Promise.resolve({
      status,
      text: typeof answer === 'string' ? answer : JSON.stringify(answer),
    })
  }
  return { asked, fetch }
}

const query = { text: 'leave', mode: 'BM25', topK: 2, signal } as const

describe('a service with the API of Dify', () => {
  const retriever = (fetch: Fetch) =>
    difyRetriever({ url: 'https://kb.test/api/', knowledgeId: 'hr', key: 'secret', fetch })

  it('is asked as its documentation says', async () => {
    const { asked, fetch } = service({
      records: [
        {
          content: 'Thirty days.',
          score: 0.9,
          title: 'leave.md',
          metadata: { path: 'https://a', team: 'a' },
        },
        { content: 'Of others.', score: 0.8, title: 'o', metadata: { team: 'c' } },
        { content: 'Of nobody.', score: 0.7, title: 'n', metadata: null },
        { content: 'None.', score: 0.5, title: 'b', metadata: { team: 'b' } },
        { content: 'Too many.', score: 0.4, title: 'c', metadata: { team: 'b' } },
      ],
    })
    const filter: MetadataFilter = { type: 'in', key: 'team', value: ['a', 'b'] }
    const found = await retriever(fetch).search({ ...query, minScore: 0.3, filter })
    expect(found).toMatchObject([
      { text: 'Thirty days.', title: 'leave.md', url: 'https://a', score: 0.9 },
      { text: 'None.', url: null, metadata: { team: 'b' } },
    ])
    expect(asked).toEqual([
      {
        url: 'https://kb.test/api/retrieval',
        headers: expect.objectContaining({ authorization: 'Bearer secret' }),
        body: {
          knowledge_id: 'hr',
          query: 'leave',
          retrieval_setting: { top_k: 2, score_threshold: 0.3 },
          metadata_condition: {
            logical_operator: 'or',
            conditions: [
              { name: ['team'], comparison_operator: 'is', value: 'a' },
              { name: ['team'], comparison_operator: 'is', value: 'b' },
            ],
          },
        },
      },
    ])
  })

  it('is not asked with a filter that its conditions cannot express', async () => {
    const { asked, fetch } = service({ records: [] })
    const filter: MetadataFilter = {
      type: 'and',
      filters: [
        { type: 'in', key: 'team', value: ['a', 'b'] },
        { type: 'eq', key: 'year', value: 2026 },
      ],
    }
    await expect(retriever(fetch).search({ ...query, filter })).rejects.toBeInstanceOf(
      InexpressibleFilterError,
    )
    expect(asked).toEqual([])
  })

  it.each([
    ['an error', service({ error_code: 1001 }, 403), 'answered with status 403'],
    ['garbage', service('<html>'), 'answered without a list of records'],
    ['something else', service({ records: 'none' }), 'answered without a list of records'],
  ])('rejects for %s, in words that repeat no answer', async (_, { fetch }, message) => {
    await expect(retriever(fetch).search(query)).rejects.toThrow(`https://kb.test ${message}`)
  })
})

it('a vector store of OpenAI is asked with the filter as it is', async () => {
  const { asked, fetch } = service({
    data: [
      {
        file_id: 'file-1',
        filename: 'leave.md',
        score: 0.8,
        attributes: { team: 'a', nested: {} },
        content: [
          { type: 'text', text: 'Thirty' },
          { type: 'text', text: 'days.' },
        ],
      },
      { file_id: 'file-2', content: [] },
    ],
  })
  const filter: MetadataFilter = { type: 'eq', key: 'team', value: 'a' }
  const options = { url: 'https://api.test/v1', knowledgeId: 'vs_1', key: undefined, fetch }
  const found = await openAIVectorStoreRetriever(options).search({ ...query, filter })
  expect(found).toMatchObject([
    { document: 'file-1', title: 'leave.md', text: 'Thirty\ndays.', metadata: { team: 'a' } },
  ])
  expect(asked).toMatchObject([
    {
      url: 'https://api.test/v1/vector_stores/vs_1/search',
      body: { query: 'leave', max_num_results: 2, filters: filter },
    },
  ])
})
