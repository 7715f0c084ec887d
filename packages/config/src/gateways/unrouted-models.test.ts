import { testCapabilities } from '@fairlead/snapshot/testing'
import { expect, it } from 'vitest'
import { compileResources, conditionsOf, resourceSet } from '../test-support/resources.ts'

const capabilities = { ...testCapabilities, historyModes: ['Full', 'Summarize'] }
const gateway = (...providers: readonly string[]) => ({
  kind: 'LLMGateway',
  spec: { defaults: { providers: providers.map((name) => ({ name })) } },
})
const provider = (models: readonly object[]) => ({
  kind: 'LLMProvider',
  name: 'openai',
  spec: { type: 'OpenAI', models },
})
const rule = (models: readonly string[]) => ({
  kind: 'RoutingPolicy',
  name: 'chat',
  spec: {
    gatewayRefs: [{ name: 'default' }],
    rules: [
      {
        name: 'all',
        match: { models },
        targets: [{ name: 'a', providerRef: { name: 'openai' } }],
      },
    ],
  },
})
const strategy = {
  kind: 'ContextStrategy',
  name: 'known',
  spec: {
    history: {
      mode: 'Summarize',
      summarize: { triggerTokens: 900, targetTokens: 600, keepLastTurns: 3, model: 'small' },
    },
    retrieval: { mode: 'Vector', model: 'vectors' },
    memory: { mode: 'Extract', extract: { model: 'notes' } },
  },
}
const base = {
  kind: 'KnowledgeBase',
  name: 'handbook',
  spec: {
    sources: [{ name: 'a', http: { urls: ['https://docs.test/a.md'] } }],
    index: { mode: 'Vector', embedding: { model: 'vectors' } },
    rerank: { model: 'ranks' },
  },
}
const acceptedOf = (
  kind: 'ContextStrategy' | 'KnowledgeBase',
  ...others: Parameters<typeof resourceSet>[0]
) => {
  const result = compileResources(resourceSet([strategy, base, ...others]), { capabilities })
  const name = kind === 'ContextStrategy' ? 'known' : 'handbook'
  return conditionsOf(result, kind, `default/${name}`).Accepted
}

it('models that no rule and no default provider is for are told, with the fields that name them', () => {
  const others = [gateway(), provider([]), rule(['vec*'])]
  const accepted = acceptedOf('ContextStrategy', ...others)
  expect(accepted).toMatchObject({ status: 'True', reason: 'ModelNotRouted' })
  expect(accepted?.message).toContain(
    'Accepted, but on LLMGateway default/default, spec.history.summarize.model: no rule of a ' +
      'RoutingPolicy and no default provider is for model "small", so that calls of it fail',
  )
  expect(accepted?.message).toContain('spec.memory.extract.model')
  expect(accepted?.message).not.toContain('spec.retrieval.model')
  const ofBase = acceptedOf('KnowledgeBase', ...others)
  expect(ofBase).toMatchObject({ status: 'True', reason: 'ModelNotRouted' })
  expect(ofBase?.message).toContain('spec.rerank.model')
  expect(ofBase?.message).not.toContain('spec.index')
})

it.each([
  ['a rule for all', [gateway(), provider([]), rule([])]],
  [
    'rules for their names',
    [gateway(), provider([]), rule(['small', 'vectors', 'notes', 'ranks'])],
  ],
  ['a default provider that lists no models', [gateway('openai'), provider([])]],
  [
    'a default provider that lists them',
    [
      gateway('openai'),
      provider([{ name: 'small', aliases: ['notes'] }, { name: 'vectors' }, { name: 'ranks' }]),
    ],
  ],
])('nothing is said with %s', (_, others) => {
  for (const kind of ['ContextStrategy', 'KnowledgeBase'] as const) {
    expect(acceptedOf(kind, ...others)?.reason).toBe('Accepted')
  }
})
