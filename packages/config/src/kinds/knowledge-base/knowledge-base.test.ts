import { describe, expect, it } from 'vitest'
import {
  compileAll,
  compileResources,
  conditionsOf,
  type Described,
  gateway,
  grant,
  resourceSet,
  snapshotOf,
} from '../../test-support/resources.ts'

const base = (
  spec: Readonly<Record<string, unknown>>,
  more: Partial<Described> = {},
): Described => ({
  kind: 'KnowledgeBase',
  name: 'kb',
  ...more,
  spec: { sources: [{ name: 'texts', configMapRef: { name: 'texts' } }], ...spec },
})

const acceptedOf = (...described: readonly Described[]) =>
  conditionsOf(compileAll(...described), 'KnowledgeBase', 'default/kb').Accepted

describe('a knowledge base', () => {
  it('stands in the snapshot with its defaults', () => {
    expect(snapshotOf(base({}))?.knowledgeBases.get('default/kb')).toMatchObject({
      sources: [{ type: 'ConfigMap', configMap: { namespace: 'default', name: 'texts' } }],
      retriever: undefined,
      chunking: { maxTokens: 400, overlapTokens: 40, splitOn: 'Headings' },
      index: { mode: 'BM25', embeddingModel: undefined },
      store: { type: 'SQLite', path: 'knowledge/default/kb.db' },
      rerank: undefined,
      access: { groups: ['*'], filter: undefined },
    })
  })

  it('that is asked elsewhere has no sources', () => {
    const retrieve = { type: 'Dify', url: 'https://kb.test', knowledgeId: 'hr' }
    const described = base({ sources: [], retrieve })
    expect(snapshotOf(described)?.knowledgeBases.get('default/kb')).toMatchObject({
      sources: [],
      retriever: { type: 'Dify', knowledgeId: 'hr', credential: undefined, timeoutMs: 2000 },
    })
    const planned = compileAll(described).conditions.find(({ kind }) => kind === 'KnowledgeBase')
    expect(planned?.statusFields).toEqual({ mode: 'External' })
  })

  it('has a filter that stores can evaluate', () => {
    const access = { metadataFilter: 'chunk.department in consumer.groups' }
    expect(snapshotOf(base({ access }))?.knowledgeBases.get('default/kb')?.access.filter).toEqual({
      type: 'in',
      key: 'department',
      operand: { path: ['consumer', 'groups'] },
    })
  })

  it.each([
    ['a filter that no store can evaluate', { access: { metadataFilter: 'chunk.a.size() > 1' } }],
    ['a file elsewhere', { store: { sqlite: { path: '../kb.db' } } }],
    ['more overlap than text', { chunking: { maxTokens: 100, overlapTokens: 51 } }],
    [
      'an eager refresh',
      { sources: [{ name: 'a', http: { urls: ['https://a.test'], refresh: '5s' } }] },
    ],
    [
      'a password in an address',
      { sources: [{ name: 'a', http: { urls: ['https://u:p@a.test'] } }] },
    ],
    ['what is no address', { sources: [{ name: 'a', http: { urls: ['https://a.test:x/'] } }] }],
    [
      'neither sources nor retriever that can wait',
      {
        sources: [],
        retrieve: { type: 'Dify', url: 'https://a.test', knowledgeId: 'x', timeout: '31s' },
      },
    ],
  ])('with %s is invalid', (_, spec) => {
    expect(acceptedOf(base(spec))).toMatchObject({ status: 'False', reason: 'Invalid' })
  })

  it('needs a grant for a ConfigMap of another namespace', () => {
    const sources = [{ name: 'a', configMapRef: { name: 'texts', namespace: 'other' } }]
    const refused = compileAll(base({ sources }))
    expect(conditionsOf(refused, 'KnowledgeBase', 'default/kb').ResolvedRefs).toMatchObject({
      reason: 'RefNotPermitted',
    })
    expect(refused.snapshots.get('default/default')?.knowledgeBases.size).toBe(0)
    const granted = grant(
      'other',
      { kind: 'KnowledgeBase', namespace: 'default' },
      { group: '', kind: 'ConfigMap' },
    )
    expect(snapshotOf(base({ sources }), granted)?.knowledgeBases.size).toBe(1)
  })

  it.each(['one.db', './one.db', 'a/..//one.db', '.\\\\one.db'])(
    'has a file of its own, even if that is called %s',
    (path) => {
      const older = base(
        { store: { sqlite: { path: 'one.db' } } },
        { name: 'older', created: '2025-01-01T00:00:00Z' },
      )
      expect(acceptedOf(base({ store: { sqlite: { path } } }), older)).toMatchObject({
        reason: 'Conflicted',
        message: expect.stringContaining(`the file ${path} has the index of`),
      })
    },
  )
})

describe('a strategy with knowledge', () => {
  const strategy = (knowledge: object): Described => ({
    kind: 'ContextStrategy',
    name: 's',
    spec: { knowledge },
  })

  it('names the bases that it searches, and what of their passages counts', () => {
    const knowledge = { bases: [{ ref: { name: 'kb' }, topK: 3, minScore: '0.25' }] }
    const compiled = snapshotOf(base({}), strategy(knowledge))?.contextStrategies.get('default/s')
    expect(compiled?.knowledge).toEqual({
      bases: [{ key: 'default/kb', topK: 3, minScore: 0.25 }],
      query: { mode: 'LastUserMessage' },
      maxTokens: 2000,
      placement: 'Tail',
      template: undefined,
      citations: 'None',
      onFailure: 'Continue',
    })
  })

  it('brings a base of another namespace with it, if that grants it', () => {
    const far = base({}, { namespace: 'other' })
    const knowledge = { bases: [{ ref: { name: 'kb', namespace: 'other' } }] }
    const served = (...more: readonly Described[]) =>
      compileResources(resourceSet([gateway, far, strategy(knowledge), ...more])).snapshots.get(
        'default/default',
      )?.knowledgeBases
    expect(served()?.size).toBe(0)
    const granted = grant(
      'other',
      { kind: 'ContextStrategy', namespace: 'default' },
      { kind: 'KnowledgeBase' },
    )
    expect([...(served(granted)?.keys() ?? [])]).toEqual(['other/kb'])
  })

  it.each(['{{text}}', '{{#chunks}}{{secret}}{{text}}{{/chunks}}'])(
    'whose template is %s is invalid',
    (template) => {
      const result = compileAll(base({}), strategy({ bases: [{ ref: { name: 'kb' } }], template }))
      expect(conditionsOf(result, 'ContextStrategy', 'default/s').Accepted).toMatchObject({
        reason: 'Invalid',
        message: expect.stringContaining('spec.knowledge.template: '),
      })
    },
  )
})
