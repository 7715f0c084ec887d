import { describe, expect, it } from 'vitest'
import { anonymousCaller } from '../access/caller.ts'
import { knowledgeBaseOf } from '../test-support/knowledge-base.ts'
import { snapshotOf } from '../test-support/snapshot.ts'
import { takeFileSearch } from './take-file-search.ts'

const snapshot = snapshotOf({
  knowledgeBases: [knowledgeBaseOf('handbook'), knowledgeBaseOf('news')],
})
const take = (fields: Readonly<Record<string, unknown>>) =>
  takeFileSearch(fields, anonymousCaller('default'), { snapshot })

const other = { type: 'function', name: 'f', parameters: {} }

describe('tools of a request', () => {
  it('are left as they are where none names a knowledge base', () => {
    expect(take({})).toBeUndefined()
    expect(take({ tools: [other] })).toBeUndefined()
    const foreign = { type: 'file_search', vector_store_ids: ['vs_1'] }
    expect(take({ tools: [foreign], tool_choice: { type: 'file_search' } })).toBeUndefined()
  })

  it('lose those that the gateway is, and the ids that it has', () => {
    const ids = ['vs_1', 'handbook', 'default/news']
    const asked = { type: 'file_search', vector_store_ids: ids, max_num_results: 4 }
    const settings = { topK: 4, minScore: undefined, tool: { tellsResults: false } }
    expect(take({ tools: [other, asked], tool_choice: 'auto', model: 'm' })).toEqual({
      fields: {
        model: 'm',
        tools: [other, { ...asked, vector_store_ids: ['vs_1'] }],
        tool_choice: 'auto',
      },
      searches: [
        { key: 'default/handbook', ...settings },
        { key: 'default/news', ...settings },
      ],
    })
  })

  it.each([
    [{ vector_store_ids: ['gone'] }, 'vector_store_not_found'],
    [{}, 'vector_store_ids'],
    [{ vector_store_ids: [1] }, 'vector_store_ids[0]'],
    [{ vector_store_ids: ['handbook'], max_num_results: 0 }, 'max_num_results'],
    [{ vector_store_ids: ['handbook'], filters: [] }, 'filters'],
  ])('with %j are refused', (fields, named) => {
    let refusal: unknown
    try {
      take({ tools: [{ type: 'file_search', ...fields }] })
    } catch (error) {
      refusal = error
    }
    expect(JSON.stringify(refusal) + String(refusal)).toContain(named)
  })
})
