import { kinds, LLMProvider, Persona } from '@fairlead/api'
import { type KubernetesObject, type ResourceType } from '@fairlead/kube-core'
import { Namespace } from '@fairlead/kube-types'
import { describe, expect, it } from 'vitest'
import { testCapabilities as capabilities } from '@fairlead/snapshot/testing'
import { WatchedConfiguration, type ConfigurationCache } from './watched-configuration.ts'

interface Handler {
  added(object: KubernetesObject): void
  updated(before: KubernetesObject, after: KubernetesObject): void
  deleted(object: KubernetesObject): void
}

/** A cache of fixed objects that counts how often each kind is read. */
function countingCache(objects: readonly KubernetesObject[]) {
  const handlers = new Map<string, Handler>()
  const reads = new Map<string, number>()
  const cache = {
    informerFor: (type: ResourceType) => ({
      onEvent: (handler: Handler) => handlers.set(type.kind, handler),
    }),
    list: (type: ResourceType) => {
      reads.set(type.kind, (reads.get(type.kind) ?? 0) + 1)
      return objects.filter(({ kind }) => kind === type.kind)
    },
  } as unknown as ConfigurationCache
  const handlerOf = (type: ResourceType) => handlers.get(type.kind)
  return { cache, reads, handlerOf, handlers }
}

const generation = (value: number): KubernetesObject => ({
  apiVersion: 'fairlead.dev/v1beta1',
  kind: LLMProvider.kind,
  metadata: { namespace: 'default', name: 'p', generation: value },
  spec: { type: 'Simulator' },
})
const namespace = (labels: Record<string, string>): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name: 'a', labels },
})

describe('a watched configuration', () => {
  it('is compiled once for a burst of changes, when it is asked for', () => {
    const { cache, reads, handlerOf } = countingCache([generation(1)])
    const configuration = new WatchedConfiguration(cache, { capabilities })
    for (let change = 1; change <= 100; change++) {
      handlerOf(LLMProvider)?.updated(generation(change), generation(change + 1))
    }
    expect(reads.size).toBe(0)
    const { result } = configuration
    expect(configuration.result).toBe(result)
    expect(reads.get(LLMProvider.kind)).toBe(1)
  })

  it.each<[string, ResourceType, (handler: Handler | undefined) => void, number]>([
    ['a spec', LLMProvider, (one) => one?.updated(generation(1), generation(2)), 2],
    ['a status', LLMProvider, (one) => one?.updated(generation(1), generation(1)), 1],
    ['a new object', LLMProvider, (one) => one?.added(generation(1)), 2],
    ['a deletion', LLMProvider, (one) => one?.deleted(generation(1)), 2],
    [
      'labels of a namespace',
      Namespace,
      (one) => one?.updated(namespace({}), namespace({ a: '' })),
      2,
    ],
    ['nothing of a namespace', Namespace, (one) => one?.updated(namespace({}), namespace({})), 1],
  ])('after %s changed reads the kind that often, and no other', (_, type, change, compiles) => {
    const { cache, reads, handlerOf } = countingCache([generation(1)])
    const configuration = new WatchedConfiguration(cache, { capabilities })
    void configuration.result
    change(handlerOf(type))
    void configuration.result
    expect(reads.get(type.kind)).toBe(compiles)
    expect(reads.get(Persona.kind)).toBe(1)
  })

  it('depends on every kind of ours, on grants and on namespaces', () => {
    const { cache, handlers } = countingCache([])
    void new WatchedConfiguration(cache, { capabilities })
    expect([...handlers.keys()].toSorted()).toEqual(
      [...kinds.map(({ kind }) => kind), 'Namespace', 'ReferenceGrant'].toSorted(),
    )
  })
})
