import { defineResource, type JsonSchema } from '@fairlead/kube-core'
import { ClusterRole, ConfigMap, Secret, StatefulSet } from '@fairlead/kube-types'
import { silentLogger } from '@fairlead/base'
import { describe, expect, expectTypeOf, it } from 'vitest'
import type { DeepReadonly } from '../deep-readonly.ts'
import { fixedCredentials } from '../kube-config/kube-config.ts'
import { Manager } from '../manager/manager.ts'
import { operator } from './operator-builder.ts'

const spec: JsonSchema<{ size: number }> = { type: 'object' }
const status: JsonSchema<{ ready?: number }> = { type: 'object' }
const names = { group: 'example.com', version: 'v1', description: 'A kind.' }
const Thing = defineResource({ ...names, kind: 'Thing', plural: 'things', spec, status })
const Zone = defineResource({ ...names, kind: 'Zone', plural: 'zones', scope: 'Cluster', spec })

/** A manager that is not started, of a server that is not there. */
function idleManager(): Manager {
  const config = { server: 'https://127.0.0.1:1', credentials: fixedCredentials({}), tls: {} }
  return new Manager({ config, logger: silentLogger })
}

const declare = () => operator(idleManager()).for(Thing)

describe('what cannot work is refused when it is declared', () => {
  it.each<[string, RegExp, () => unknown]>([
    [
      'a child in no namespace of an owner in one',
      /a ClusterRole is in no namespace and cannot be owned by a Thing/,
      () => declare().child(ClusterRole, () => ({ rules: [] })),
    ],
    [
      'a name that is taken',
      /the child configmap is declared twice/,
      () =>
        declare()
          .child(ConfigMap, () => ({}))
          .child(ConfigMap, () => ({})),
    ],
    [
      'a child that waits for itself, or for one that waits for it',
      /the child a comes after b, which is not declared before it/,
      () =>
        declare()
          // @ts-expect-error `b` is declared below
          .child(ConfigMap, () => ({}), { name: 'a', after: ['b'] })
          .child(ConfigMap, () => ({}), { name: 'b', after: ['a'] }),
    ],
    [
      'a name that no label can have',
      /the child Not_A_Label of thing needs another name/,
      () =>
        declare()
          .child(ConfigMap, () => ({}), { name: 'Not_A_Label' })
          .build(),
    ],
    [
      'a finalizer without a domain',
      /needs a domain/,
      () => declare().finalizer('backup', () => {}),
    ],
    [
      'a finalizer twice',
      /is declared twice/,
      () =>
        declare()
          .finalizer('a.test/x', () => {})
          .finalizer('a.test/x', () => {}),
    ],
    ['a time that is none', /above 0/, () => declare().every(0)],
    [
      'two functions for the status',
      /only be called once/,
      () =>
        declare()
          .status(() => ({}))
          .status(() => ({})),
    ],
  ])('%s', (_case, message, build) => {
    expect(build).toThrow(message)
  })
})

describe('the rules of an operator', () => {
  it('are what it watches and writes, known without a server', () => {
    const built = operator(idleManager())
      .for(Thing)
      .finalizer('example.com/x', () => {})
      .child(ConfigMap, () => ({}), { name: 'one' })
      .child(ConfigMap, () => ({}), { name: 'two' })
      .child(StatefulSet, () => ({}))
      .watches(Secret, () => [])
      .status(() => ({ ready: 1 }))
      .build()
    const child = ['get', 'list', 'watch', 'create', 'patch', 'delete']
    expect(built.rules).toEqual([
      rule('', 'configmaps', child),
      rule('', 'secrets', ['get', 'list', 'watch']),
      rule('apps', 'statefulsets', child),
      rule('events.k8s.io', 'events', ['create', 'patch']),
      rule('example.com', 'things', ['get', 'list', 'watch', 'patch']),
      rule('example.com', 'things/finalizers', ['update']),
      rule('example.com', 'things/status', ['patch']),
    ])
  })

  it('are few for one that only reads', () => {
    const built = declare()
      .reconcile(() => {})
      .build()
    expect(built.rules).toEqual([
      rule('events.k8s.io', 'events', ['create', 'patch']),
      rule('example.com', 'things', ['get', 'list', 'watch']),
    ])
  })
})

function rule(group: string, resource: string, verbs: readonly string[]) {
  return { apiGroups: [group], resources: [resource], verbs }
}

describe('the plan of an operator', () => {
  const thing = {
    apiVersion: 'example.com/v1',
    kind: 'Thing',
    metadata: { namespace: 'shop', name: 'a', uid: 'uid-a' },
    spec: { size: 2 },
  }
  const planned = () =>
    declare()
      .child(Secret, () => ({ stringData: { password: 'x' } }), { name: 'credentials' })
      .child(StatefulSet, ({ spec: { size: replicas } }) => ({ spec: { replicas } }), {
        after: ['credentials'],
      })
      .child(ConfigMap, () => ({}), { name: 'later', after: ['statefulset'] })
      .child(ConfigMap, () => ({}), { name: 'unwanted', when: () => false })
      .build()

  it('is what would be done, and what would be waited for, without a server', async () => {
    const { plan } = planned()
    expect(await plan(thing, [])).toMatchObject([
      {
        child: 'credentials',
        verb: 'apply',
        cause: 'missing',
        object: { data: { password: 'eA==' } },
      },
      {
        child: 'statefulset',
        verb: 'apply',
        object: {
          apiVersion: 'apps/v1',
          kind: 'StatefulSet',
          metadata: {
            namespace: 'shop',
            name: 'a-statefulset',
            ownerReferences: [{ uid: 'uid-a' }],
          },
          spec: { replicas: 2 },
        },
      },
      { child: 'later', verb: 'wait', message: 'later waits for statefulset' },
    ])
  })

  it('is to keep what it has planned before, and to delete what is not wanted any more', async () => {
    const { plan } = planned()
    const objects = (await plan(thing, [])).flatMap(({ object }) => object ?? [])
    const larger = { ...thing, spec: { size: 3 } }
    expect(await plan(larger, objects)).toMatchObject([
      { child: 'credentials', verb: 'keep' },
      { child: 'statefulset', verb: 'apply', cause: 'changed', object: { spec: { replicas: 3 } } },
      { child: 'later', verb: 'wait' },
    ])
    const unwanted = declare()
      .child(Secret, () => undefined, { name: 'credentials' })
      .build()
    expect(await unwanted.plan(thing, objects)).toMatchObject([
      { child: 'credentials', verb: 'delete', object: { kind: 'Secret' } },
    ])
  })
})

describe('the types of an operator', () => {
  it('know the owner, and the children that were declared before', () => {
    operator(idleManager())
      .for(Thing)
      .child(Secret, (thing) => {
        expectTypeOf(thing.spec.size).toEqualTypeOf<number>()
        return { data: {} }
      })
      .child(
        ConfigMap,
        (_thing, { children }) => {
          expectTypeOf(children.secret.object).toEqualTypeOf<DeepReadonly<Secret> | undefined>()
          // @ts-expect-error it is being declared
          expect(() => children.settings).not.toThrow()
          return undefined
        },
        { name: 'settings', after: ['secret'], ready: (map) => map.data !== undefined },
      )
      .status((_thing, { children, ready }) => ({
        ready: ready ? children.settings.objects.length : 0,
      }))
    operator(idleManager())
      .for(Zone)
      .child(ClusterRole, () => ({}))
  })

  it('refuse misspelt fields', () => {
    // @ts-expect-error `dta`
    declare().child(ConfigMap, () => ({ dta: {} }))
    // @ts-expect-error `replcas`, at some depth
    declare().child(StatefulSet, () => ({ spec: { replcas: 1 } }))
    // @ts-expect-error not a field of the status
    declare().status(() => ({ redy: 1 }))
    // @ts-expect-error conditions keep their times themselves
    declare().status(() => ({ conditions: [{ lastTransitionTime: '' }] }))
    // @ts-expect-error a namespace is needed
    declare().watches(Secret, () => [{ name: 'a' }])
    expectTypeOf<ClusterRole>().toBeObject()
  })
})
