import { expect, it } from 'vitest'
import {
  compileResources,
  conditionsOf,
  type Described,
  gateway,
  resourceSet,
} from '../../test-support/resources.ts'

const compiled = (spec: Readonly<Record<string, unknown>>) => {
  const strategy: Described = { kind: 'ContextStrategy', name: 's', spec }
  const result = compileResources(resourceSet([gateway, strategy]))
  const { Accepted } = conditionsOf(result, 'ContextStrategy', 'default/s')
  const settings = result.snapshots.get('default/default')?.contextStrategies.get('default/s')
  return { accepted: Accepted, memory: settings?.memory }
}

it.each([
  [{}, undefined],
  [{ memory: {} }, { recall: 'All', maxTokens: 1000, extract: undefined }],
  [
    { memory: { recall: 'BM25', maxTokens: 200 } },
    { recall: 'BM25', maxTokens: 200, extract: undefined },
  ],
  [
    { memory: { mode: 'Extract', extract: { model: 'small' } } },
    {
      recall: 'All',
      maxTokens: 1000,
      extract: { model: 'small', maxNotes: 100, maxNoteTokens: 60, ttlMs: undefined },
    },
  ],
  [
    { memory: { mode: 'Extract', extract: { model: 'small', maxNotes: 5, ttl: '24h' } } },
    { extract: { maxNotes: 5, ttlMs: 86_400_000 } },
  ],
])('a memory is off until it is described: %j', (spec, memory) => {
  const { accepted, memory: found } = compiled(spec)
  expect(accepted).toMatchObject({ status: 'True' })
  if (memory === undefined) expect(found).toBeUndefined()
  else expect(found).toMatchObject(memory)
})

it.each([
  [{ mode: 'Extract' }, 'spec.memory.extract: required for mode Extract'],
  [
    { mode: 'Extract', extract: { model: 'small', ttl: '10s' } },
    'spec.memory.extract.ttl: must be from 1m to 87600h, and is 10s',
  ],
])('what cannot be is refused: %j', (memory, message) => {
  const { accepted } = compiled({ memory })
  expect(accepted?.status).toBe('False')
  expect(accepted?.message).toContain(message)
})
