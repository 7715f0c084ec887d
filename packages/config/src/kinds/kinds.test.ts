import { kinds as defined } from '@fairlead/api'
import { describe, expect, it } from 'vitest'
import { compileResources, gateway, resourceSet } from '../test-support/resources.ts'
import { kinds } from './kinds.ts'

describe('the list of kinds', () => {
  it('has a compiler for every kind that is defined', () => {
    expect(kinds.map(({ type }) => type)).toEqual([...defined])
  })

  it('contributes every field of a snapshot, each from one kind', () => {
    const parts = kinds.flatMap(({ type, contribute }) =>
      Object.keys(contribute([{ resource: { ...empty, kind: type.kind }, key: '', settings: [] }])),
    )
    expect(parts.toSorted()).toEqual([...new Set(parts)].toSorted())
    const snapshot = compileResources(resourceSet([gateway])).snapshots.get('default/default')
    expect(['hash', ...parts].toSorted()).toEqual(Object.keys(snapshot ?? {}).toSorted())
    expect(parts.toSorted()).toEqual(
      [
        'consumers',
        'gateway',
        'personas',
        'prompts',
        'providers',
        'routes',
        'stores',
        'strategies',
      ].toSorted(),
    )
  })
})

const empty = { apiVersion: 'fairlead.dev/v1alpha1', metadata: {} }
