import { testCapabilities } from '@fairlead/snapshot/testing'
import { expect, it } from 'vitest'
import {
  compileResources,
  conditionsOf,
  type Described,
  gateway,
  resourceSet,
} from '../../test-support/resources.ts'

const strategy: Described = {
  kind: 'ContextStrategy',
  name: 's',
  spec: { history: { mode: 'LastTurns', lastTurns: { turns: 3 } } },
}

const handbook: Described = {
  kind: 'KnowledgeBase',
  name: 'handbook',
  spec: { retrieve: { type: 'Dify', url: 'https://kb.test', knowledgeId: 'hr' } },
}
const badAccess = { metadataFilter: 'not a condition' }

it.each([
  [['Full', 'LastTurns'], { mode: 'LastTurns', turns: 3 }, 'Accepted'],
  [['Full'], { mode: 'Full' }, 'PartiallySupported'],
])('a history mode is used where the data plane has it: %o', (historyModes, history, reason) => {
  const capabilities = { ...testCapabilities, historyModes }
  const result = compileResources(resourceSet([gateway, strategy]), { capabilities })
  const compiled = result.snapshots.get('default/default')?.contextStrategies.get('default/s')
  expect(compiled?.history).toMatchObject(history)
  expect(conditionsOf(result, 'ContextStrategy', 'default/s').Accepted).toMatchObject({ reason })
})

it.each([
  [{ turns: 3 }, 3],
  [{ turns: 3, slackTurns: 0 }, 0],
])(
  'a window of turns has as much slack as turns, unless it says otherwise: %o',
  (lastTurns, slack) => {
    const spec = { history: { mode: 'LastTurns', lastTurns } }
    const result = compileResources(resourceSet([gateway, { ...strategy, spec }]))
    const compiled = result.snapshots.get('default/default')?.contextStrategies.get('default/s')
    expect(compiled?.history).toEqual({ mode: 'LastTurns', turns: 3, slackTurns: slack })
  },
)

it.each([
  { mode: 'TokenWindow', tokenWindow: { highTokens: 1000, lowTokens: 600 } },
  {
    mode: 'Summarize',
    summarize: { triggerTokens: 900, targetTokens: 600, keepLastTurns: 3, model: 'small' },
  },
])('compiles every mode that is served, and what past turns may take: $mode', (history) => {
  const capabilities = { ...testCapabilities, historyModes: ['TokenWindow', 'Summarize'] }
  const { mode, tokenWindow, summarize } = history
  const spec = { history, budget: { historyTokens: 500 } }
  const windowed: Described = { kind: 'ContextStrategy', name: 's', spec }
  const result = compileResources(resourceSet([gateway, windowed]), { capabilities })
  const compiled = result.snapshots.get('default/default')?.contextStrategies.get('default/s')
  expect(compiled).toMatchObject({
    history: { mode, ...tokenWindow, ...summarize },
    historyTokens: 500,
  })
  expect(conditionsOf(result, 'ContextStrategy', 'default/s').Accepted).toMatchObject({
    // The gateway has nobody to ask.
    reason: mode === 'Summarize' ? 'ModelNotRouted' : 'Accepted',
  })
})

it.each([
  ['is not there', {}, []],
  ['is not accepted', {}, [{ ...handbook, spec: { ...handbook.spec, access: badAccess } }]],
  ['it may not use', { namespace: 'other' }, [{ ...handbook, namespace: 'other' }]],
  ['is usable', {}, [handbook]],
])('names a knowledge base that %s, so that its searches can fail', (state, named, described) => {
  const bases = [{ ref: { name: 'handbook', ...named }, topK: 5 }]
  const knowing: Described = {
    kind: 'ContextStrategy',
    name: 's',
    spec: { knowledge: { bases, onFailure: 'Fail' } },
  }
  const result = compileResources(resourceSet([gateway, knowing, ...described]))
  const compiled = result.snapshots.get('default/default')?.contextStrategies.get('default/s')
  const key = `${'namespace' in named ? named.namespace : 'default'}/handbook`
  const use = { key, topK: 5, minScore: undefined }
  expect(compiled?.knowledge?.bases).toEqual([
    state === 'is usable' ? use : { ...use, unresolved: true },
  ])
})

it.each([
  [{ mode: 'None' }, { mode: 'None' }, 'Accepted'],
  [{ mode: 'BM25' }, { mode: 'BM25', maxTokens: 2000, neighbours: 1 }, 'Accepted'],
  [
    { mode: 'Hybrid', model: 'embeddings', maxTokens: 500, neighbours: 0 },
    { mode: 'Hybrid', model: 'embeddings', maxTokens: 500, neighbours: 0 },
    'ModelNotRouted',
  ],
  [
    { mode: 'Vector', model: 'embeddings' },
    { mode: 'Vector', model: 'embeddings', maxTokens: 2000, neighbours: 1 },
    'ModelNotRouted',
  ],
])('retrieval is used as it is asked for: %o', (retrieval, settings, reason) => {
  const relevant: Described = { kind: 'ContextStrategy', name: 's', spec: { retrieval } }
  const result = compileResources(resourceSet([gateway, relevant]))
  const compiled = result.snapshots.get('default/default')?.contextStrategies.get('default/s')
  expect(compiled?.retrieval).toEqual(settings)
  expect(conditionsOf(result, 'ContextStrategy', 'default/s').Accepted).toMatchObject({ reason })
})
