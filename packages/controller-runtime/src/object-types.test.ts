import {
  type Condition,
  defineResource,
  type Defaulted,
  type JsonSchema,
} from '@fairlead/kube-core'
import {
  type appsV1,
  type coreV1,
  Deployment,
  Namespace,
  Pod,
  PodDisruptionBudget,
} from '@fairlead/kube-types'
import { describe, expect, expectTypeOf, it } from 'vitest'
import type { ApplyOf } from './apply-of.ts'
import type { Cache } from './cache/cache.ts'
import type { Client } from './client/client.ts'
import { setCondition } from './condition.ts'
import type { ControllerBuilder } from './controller/controller-builder.ts'
import type { CreateOf } from './create-of.ts'
import type { DeepReadonly } from './deep-readonly.ts'

interface WebsiteSpec {
  host: string
  replicas: Defaulted<number>
  tls?: { minVersion: Defaulted<'TLS1.2' | 'TLS1.3'>; secret: string }
}
declare const client: Client
declare const cache: Cache
declare const builder: ControllerBuilder
declare const schema: JsonSchema<WebsiteSpec>
const names = () => ({ group: 'a.test', version: 'v1', description: 'A kind.', spec: schema })
const website = () => defineResource({ ...names(), kind: 'Website', plural: 'websites' })
const zone = () => defineResource({ ...names(), kind: 'Zone', plural: 'zones', scope: 'Cluster' })

const key = { namespace: 'shop', name: 'web' }
const head = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: key } as const
const spec: appsV1.DeploymentSpec = {
  selector: { matchLabels: { app: 'web' } },
  template: { spec: { containers: [{ name: 'web', image: 'nginx' }] } },
}
const mine = { fieldManager: 'mine' }

/** The compiler judges these; they are never called. */
function judged(...uses: readonly (() => unknown)[]): void {
  expect(uses.length).toBeGreaterThan(0)
}

describe('mistakes do not compile', () => {
  it('in the fields of what is written', () => {
    judged(
      () => client.create(Deployment, { ...head, spec }),
      // @ts-expect-error `spce` beside `spec`
      () => client.create(Deployment, { ...head, spec, spce: {} }),
      // @ts-expect-error no spec at all
      () => client.create(Deployment, head),
      // @ts-expect-error a version of another group
      () => client.create(Deployment, { ...head, apiVersion: 'v1', spec }),
      // @ts-expect-error `replcas` in what is created
      () => client.create(Deployment, { ...head, spec: { ...spec, replcas: 3 } }),
      // @ts-expect-error `replcas` in what is applied
      () => client.apply(Deployment, { ...head, spec: { replcas: 3 } }, mine),
      // @ts-expect-error `spce` in what is applied
      () => client.apply(Deployment, { ...head, spce: { replicas: 3 } }, mine),
      // @ts-expect-error a quantity is text
      () => ({ cpu: 1 }) satisfies coreV1.ResourceRequirements['limits'],
    )
  })

  it('in namespaces', () => {
    judged(
      // @ts-expect-error which namespace?
      () => client.get(Deployment, { name: 'web' }),
      // @ts-expect-error which namespace?
      () => cache.get(Deployment, { name: 'web' }),
      // @ts-expect-error which namespace?
      () => client.create(Deployment, { ...head, metadata: { name: 'web' }, spec }),
      // @ts-expect-error which namespace?
      () => client.apply(Deployment, { ...head, metadata: { name: 'web' } }, mine),
      // @ts-expect-error a Namespace is in none
      () => client.get(Namespace, key),
      // @ts-expect-error a Namespace is in none
      () => client.list(Namespace, { namespace: 'shop' }),
      // @ts-expect-error a Zone is in none
      () => client.delete(zone(), key),
      // @ts-expect-error which namespace?
      () => client.delete(website(), { name: 'web' }),
      // @ts-expect-error a Deployment is reconciled by namespace and name
      () => builder.for(Deployment).watches(Namespace, ({ metadata }) => [{ name: metadata.name }]),
    )
  })

  it('when they change what the cache shares', () => {
    judged(() => {
      const deployment = cache.get(Deployment, key)
      if (deployment === undefined) return
      // @ts-expect-error it is frozen
      deployment.spec.replicas = 3
      // @ts-expect-error it is frozen at any depth
      deployment.spec.template.spec.containers[0].image = 'nginx:2'
      // @ts-expect-error it has no such field
      deployment.spce = {}
    })
  })
})

const pod = { apiVersion: 'v1', kind: 'Pod', metadata: key } as const

describe('right uses compile', () => {
  it('when one nested field is applied', () => {
    judged(
      () => client.apply(Deployment, { ...head, spec: { replicas: 3 } }, mine),
      () => client.apply(Pod, { ...pod, spec: { containers: [{ name: 'a', image: 'b' }] } }, mine),
      () => client.status.apply(Deployment, { ...head, status: { readyReplicas: 1 } }, mine),
    )
    expectTypeOf<ApplyOf<Deployment>>().toExtend<{ readonly metadata: { readonly name: string } }>()
  })

  it('when fields with defaults are left out of what is created', () => {
    const metadata = { namespace: 'shop', name: 'web' }
    judged(
      () =>
        client.create(website(), {
          apiVersion: 'a.test/v1',
          kind: 'Website',
          metadata,
          spec: { host: 'a', tls: { secret: 'b' } },
        }),
      () =>
        client.create(website(), {
          apiVersion: 'a.test/v1',
          kind: 'Website',
          metadata,
          // @ts-expect-error the host has no default
          spec: {},
        }),
      async () => {
        const { spec: stored } = await client.get(website(), key)
        expectTypeOf(stored.replicas).toExtend<number>()
      },
    )
    expectTypeOf<Deployment>().toExtend<CreateOf<Deployment>>()
  })

  it('when what was read is written again, whole or with a change', () => {
    judged(async () => {
      const cached = cache.get(Deployment, key)
      if (cached === undefined) return
      await client.update(Deployment, { ...cached, spec: { ...cached.spec, replicas: 3 } })
      const own = await client.get(Deployment, key)
      own.spec.replicas = 3
      await client.update(Deployment, own)
    })
    expectTypeOf<Deployment>().toExtend<DeepReadonly<Deployment>>()
  })

  it('when the result of setCondition becomes part of a status', () => {
    const condition = { type: 'Ready', status: 'True', reason: 'Fine', message: '' } as const
    judged(async () => {
      const budget = cache.get(PodDisruptionBudget, key)
      const conditions = setCondition(budget?.status?.conditions, condition, new Date(0))
      if (budget?.status === undefined) return
      await client.status.update(PodDisruptionBudget, {
        ...budget,
        status: { ...budget.status, conditions },
      })
      const status: { conditions?: Condition[] } = {}
      status.conditions = setCondition(status.conditions, condition, new Date(0))
    })
  })

  it('when a reconciler is given the key of its kind', () => {
    judged(
      () =>
        builder.for(Deployment).build(async (request) => {
          expectTypeOf(request.namespace).toBeString()
          await client.get(Deployment, request)
        }),
      () =>
        builder.for(Namespace).build(async (request) => {
          expectTypeOf(request.namespace).toBeUndefined()
          await client.get(Namespace, request)
        }),
      () =>
        builder
          .for(Deployment)
          .owns(Pod)
          .watches(Pod, ({ metadata }) => [metadata]),
    )
  })
})
