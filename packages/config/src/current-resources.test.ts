import { Persona, RoutingPolicy } from '@fairlead/api'
import { type KubernetesObject, type ResourceType, type TypedObject } from '@fairlead/kube-core'
import { Namespace } from '@fairlead/kube-types'
import { describe, expect, it } from 'vitest'
import { CurrentResources } from './current-resources.ts'

const policy: KubernetesObject = {
  apiVersion: 'fairlead.dev/v1beta1',
  kind: 'RoutingPolicy',
  metadata: { name: 'p', namespace: 'default' },
  spec: {
    rules: [
      {
        name: 'r',
        targets: [{ name: 't', providerRef: { name: 'p' } }],
        retry: { conditions: ['Timeout'] },
      },
    ],
  },
}
const namespace: KubernetesObject = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'a' } }

const listing = (...objects: readonly KubernetesObject[]) =>
  new CurrentResources(
    <T extends TypedObject>({ kind }: ResourceType<T>) =>
      objects.filter((object) => object.kind === kind) as readonly TypedObject[] as readonly T[],
  )

describe('resources that enter', () => {
  it('have every default', () => {
    const [current] = listing(policy).list(RoutingPolicy)
    expect(current?.spec).toMatchObject({
      gatewayRefs: [{ name: 'default' }],
      rules: [
        {
          strategy: 'Weighted',
          match: { models: [], cel: '' },
          targets: [{ weight: 1 }],
          retry: { attempts: 2, conditions: ['Timeout'] },
        },
      ],
    })
  })

  it('are brought into it once, and frozen', () => {
    const resources = listing(policy)
    const [first] = resources.list(RoutingPolicy)
    expect(resources.list(RoutingPolicy)[0]).toBe(first)
    expect(Object.isFrozen(first?.spec.rules)).toBe(true)
    expect(Object.isFrozen(policy.spec)).toBe(false)
  })

  it('are left alone without a schema of ours', () => {
    expect(listing(namespace).list(Namespace)[0]).toBe(namespace)
    expect(listing(namespace).list(Persona)).toEqual([])
  })
})
