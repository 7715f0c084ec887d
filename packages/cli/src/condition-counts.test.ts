import { LLMGateway, LLMProvider } from '@fairlead/api'
import { CacheNotStartedError, type Manager } from '@fairlead/controller-runtime'
import type { ResourceType, TypedObject } from '@fairlead/kube-core'
import { Registry } from 'prom-client'
import { expect, it } from 'vitest'
import { countConditions } from './condition-counts.ts'

type Reader = Pick<Manager['cache'], 'list'>

const having = (...conditions: readonly [type: string, status: string][]) => ({
  status: { conditions: conditions.map(([type, status]) => ({ type, status })) },
})

async function linesOf(list: (type: ResourceType) => readonly object[]) {
  const registry = new Registry()
  countConditions(registry, { list: (type) => list(type) as readonly TypedObject[] } as Reader)
  const text = await registry.metrics()
  return text.split('\n').filter((line) => line.startsWith('fairlead_resource_conditions{'))
}

it('counts resources by kind, condition and status', async () => {
  const objects = new Map<string, readonly object[]>([
    [LLMProvider.kind, [having(['Accepted', 'True']), having(['Accepted', 'True']), {}]],
    [LLMGateway.kind, [having(['Accepted', 'True'], ['Programmed', 'False'])]],
  ])
  expect(await linesOf(({ kind }) => objects.get(kind) ?? [])).toEqual([
    'fairlead_resource_conditions{kind="LLMGateway",condition="Accepted",status="True"} 1',
    'fairlead_resource_conditions{kind="LLMGateway",condition="Programmed",status="False"} 1',
    'fairlead_resource_conditions{kind="LLMProvider",condition="Accepted",status="True"} 2',
  ])
})

it('tells of none before the manager has started', async () => {
  const lines = await linesOf(() => {
    throw new CacheNotStartedError()
  })
  expect(lines).toEqual([])
})
