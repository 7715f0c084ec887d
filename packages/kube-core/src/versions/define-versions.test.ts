import { describe, expect, it } from 'vitest'
import { defineResource } from '../crd/define-resource.ts'
import { jsonSchema } from '../crd/json-schema.ts'
import { validateCustomResourceDefinition } from '../crd/validate-definition.ts'
import type { DeepReadonly } from '../deep-readonly.ts'
import type { TypedObject } from '../object.ts'
import { carriedFields } from './carried-fields.ts'
import type { ConvertibleKind } from './convertible-kind.ts'
import { defineVersions } from './define-versions.ts'

interface AlphaSpec {
  size: number
}

interface BetaSpec {
  replicas: number
  backup?: { schedule: string }
}

const names = {
  group: 'databases.example.com',
  kind: 'Cluster',
  plural: 'clusters',
  shortNames: ['dbc'],
  description: 'A cluster of databases.',
} as const

const v1alpha1 = defineResource({
  ...names,
  version: 'v1alpha1',
  deprecated: { warning: 'use v1beta1' },
  spec: jsonSchema<AlphaSpec>({
    type: 'object',
    required: ['size'],
    properties: { size: { type: 'integer' } },
  }),
})

const v1beta1 = defineResource({
  ...names,
  version: 'v1beta1',
  spec: jsonSchema<BetaSpec>({
    type: 'object',
    required: ['replicas'],
    properties: {
      replicas: { type: 'integer' },
      backup: {
        type: 'object',
        required: ['schedule'],
        properties: { schedule: { type: 'string' } },
      },
    },
  }),
})

const lost = carriedFields<Pick<BetaSpec, 'backup'>>('databases.example.com/conversion-data')

const clusters = defineVersions(
  { v1alpha1, v1beta1 },
  {
    storage: 'v1beta1',
    convert: {
      v1alpha1: {
        toHub: (old) => ({
          spec: { replicas: old.spec.size, ...lost.read(old.metadata) },
          metadata: lost.remove(old.metadata),
        }),
        fromHub: (hub) => ({
          spec: { size: hub.spec.replicas },
          metadata: lost.write(
            hub.metadata,
            hub.spec.backup === undefined ? {} : { backup: hub.spec.backup },
          ),
        }),
      },
    },
  },
)

const metadata = { name: 'orders', namespace: 'shop', uid: '7', labels: { team: 'orders' } }

function beta(spec: BetaSpec) {
  return { apiVersion: 'databases.example.com/v1beta1', kind: 'Cluster', metadata, spec }
}

describe('defineVersions', () => {
  it('makes one definition of all versions, sorted by name, stored as the hub', () => {
    expect(validateCustomResourceDefinition(clusters.crd)).toEqual([])
    expect(clusters.crd.metadata.name).toBe('clusters.databases.example.com')
    expect(clusters.crd.spec.versions).toMatchObject([
      { name: 'v1alpha1', storage: false, deprecated: true, deprecationWarning: 'use v1beta1' },
      { name: 'v1beta1', storage: true, served: true },
    ])
    expect(Object.isFrozen(clusters.crd.spec.versions)).toBe(true)
  })

  it('leaves the address of the conversion webhook to whoever installs it, as kubebuilder does', () => {
    expect(clusters.crd.spec.conversion).toEqual({
      strategy: 'Webhook',
      webhook: {
        clientConfig: {
          service: { namespace: 'system', name: 'webhook-service', path: '/convert' },
        },
        conversionReviewVersions: ['v1'],
      },
    })
  })

  it('converts there and back, with the metadata and the kind as they were', () => {
    const hub = beta({ replicas: 3, backup: { schedule: '@daily' } })
    const spoke = clusters.convert(hub, 'v1alpha1')
    expect(spoke).toEqual({
      apiVersion: 'databases.example.com/v1alpha1',
      kind: 'Cluster',
      metadata: {
        ...metadata,
        annotations: {
          'databases.example.com/conversion-data': '{"backup":{"schedule":"@daily"}}',
        },
      },
      spec: { size: 3 },
    })
    expect(clusters.convert(spoke, 'v1beta1')).toEqual(hub)
    expect(Object.isFrozen(spoke.metadata)).toBe(true)
    expect(Object.isFrozen(hub.spec)).toBe(false)
  })

  it('is a kind that code for kinds of any sort can convert', () => {
    const anyKind: {
      convert(object: DeepReadonly<TypedObject>, version: string): DeepReadonly<TypedObject>
    } & ConvertibleKind = clusters
    expect(anyKind.convert(beta({ replicas: 3 }), 'v1alpha1')).toMatchObject({ spec: { size: 3 } })
  })

  it('gives an object of that version back as it is', () => {
    const hub = beta({ replicas: 3 })
    expect(clusters.convert(hub, 'v1beta1')).toBe(hub)
  })

  // controller-runtime pkg/webhook/conversion/conversion_test.go: "should convert v3 to v1", "… spoke to spoke"
  it('converts from spoke to spoke through the hub', () => {
    const numbered = (version: string) =>
      defineResource({
        ...names,
        version,
        spec: jsonSchema<{ [field: string]: string }>({
          type: 'object',
          properties: { [version]: { type: 'string' } },
        }),
      })
    const three = defineVersions(
      { v1: numbered('v1'), v2: numbered('v2'), v3: numbered('v3') },
      {
        storage: 'v2',
        convert: {
          v1: {
            toHub: ({ spec }) => ({ spec: { v2: `${spec['v1']} at v2` } }),
            fromHub: ({ spec }) => ({ spec: { v1: `${spec['v2']} at v1` } }),
          },
          v3: {
            toHub: ({ spec }) => ({ spec: { v2: `${spec['v3']} at v2` } }),
            fromHub: ({ spec }) => ({ spec: { v3: `${spec['v2']} at v3` } }),
          },
        },
      },
    )
    const object = {
      apiVersion: 'databases.example.com/v3',
      kind: 'Cluster',
      metadata,
      spec: { v3: 'x' },
    }
    expect(three.convert(object, 'v1').spec).toEqual({ v1: 'x at v2 at v1' })
  })

  it('needs no webhook for versions with the same fields', () => {
    const beta2 = defineResource({ ...names, version: 'v1beta2', spec: alphaSpec() })
    const equal = defineVersions(
      { v1alpha1, v1beta2: beta2 },
      { storage: 'v1beta2', convert: { v1alpha1: 'none' } },
    )
    expect(equal.crd.spec.conversion).toEqual({ strategy: 'None' })
    const old = { apiVersion: 'databases.example.com/v1alpha1', kind: 'Cluster', metadata }
    expect(equal.convert({ ...old, spec: { size: 1 } }, 'v1beta2')).toEqual({
      apiVersion: 'databases.example.com/v1beta2',
      kind: 'Cluster',
      metadata,
      spec: { size: 1 },
    })
  })

  it('does not compile without a conversion, or with none for versions that differ', () => {
    const unsafe = () => {
      // @ts-expect-error v1alpha1 has no conversion
      defineVersions({ v1alpha1, v1beta1 }, { storage: 'v1beta1', convert: {} })
      defineVersions(
        { v1alpha1, v1beta1 },
        // @ts-expect-error the versions have different fields
        { storage: 'v1beta1', convert: { v1alpha1: 'none' } },
      )
      // @ts-expect-error the hub is one of the versions
      defineVersions({ v1beta1 }, { storage: 'v1', convert: {} })
      defineVersions(
        { v1alpha1, v1beta1 },
        {
          storage: 'v1beta1',
          convert: {
            v1alpha1: {
              // @ts-expect-error the hub has replicas
              toHub: (old) => ({ spec: { size: old.spec.size } }),
              fromHub: (hub) => ({ spec: { size: hub.spec.replicas } }),
            },
          },
        },
      )
      // @ts-expect-error there is no v2
      clusters.convert(beta({ replicas: 1 }), 'v2')
      // @ts-expect-error a frozen object
      clusters.convert(beta({ replicas: 1 }), 'v1alpha1').spec.size = 4
    }
    expect(unsafe).toThrow()
  })

  it.each<[string, () => unknown, string]>([
    [
      'none for versions that differ',
      () => forced({ v1alpha1, v1beta1 }, { storage: 'v1beta1', convert: { v1alpha1: 'none' } }),
      "convert.v1alpha1 cannot be 'none': spec.size is not the same in v1alpha1 and v1beta1",
    ],
    [
      'no conversion',
      () => forced({ v1alpha1, v1beta1 }, { storage: 'v1beta1', convert: {} }),
      "convert.v1alpha1 must have toHub and fromHub, or be 'none'",
    ],
    [
      'a conversion of the hub',
      () => forced({ v1beta1 }, { storage: 'v1beta1', convert: { v1beta1: 'none' } }),
      'v1beta1 is the hub',
    ],
    [
      'another name',
      () => forced({ v1: v1beta1 }, { storage: 'v1', convert: {} }),
      'version v1 is defined as v1beta1: both must be the same',
    ],
    [
      'another scope',
      () =>
        forced(
          {
            v1beta1,
            v1: defineResource({ ...names, version: 'v1', scope: 'Cluster', spec: alphaSpec() }),
          },
          { storage: 'v1beta1', convert: { v1: 'none' } },
        ),
      'v1 and v1beta1 must have the same scope: "Cluster" is not "Namespaced"',
    ],
    [
      'another kind of object',
      () => clusters.convert({ ...beta({ replicas: 1 }), kind: 'Pod' }, 'v1alpha1'),
      'databases.example.com/v1beta1 Pod cannot be converted: expected a Cluster of databases.example.com',
    ],
    [
      'a version that is not there',
      () => clusters.convert(beta({ replicas: 1 }), 'v9' as 'v1alpha1'),
      'Cluster has no version v9: expected one of v1alpha1, v1beta1',
    ],
  ])('refuses %s', (_, act, message) => {
    expect(act).toThrow(new RegExp(message.replaceAll(/[.[\]]/g, '\\$&')))
  })

  it('refuses a conversion that changes a name, returns nothing, or writes to what it is given', () => {
    const broken = (fromHub: (hub: { spec: object }) => unknown) =>
      forced(
        { v1alpha1, v1beta1 },
        { storage: 'v1beta1', convert: { v1alpha1: { toHub: fromHub, fromHub } } },
      )
    const convert = (fromHub: (hub: { spec: object }) => unknown) => () =>
      broken(fromHub).convert(beta({ replicas: 1 }), 'v1alpha1')
    const conversion =
      'the conversion from databases.example.com/v1beta1 to databases.example.com/v1alpha1'
    expect(convert(() => ({ metadata: { name: 'x' } }))).toThrow(
      `${conversion} must not change metadata.name`,
    )
    expect(convert(() => undefined)).toThrow(`${conversion} must return an object`)
    expect(convert(({ spec }) => Object.assign(spec, { x: 1 }))).toThrow('not extensible')
  })
})

describe('carriedFields', () => {
  it('ignores what has been spoilt, and keeps other annotations', () => {
    const annotations = { other: 'x', 'databases.example.com/conversion-data': 'not JSON' }
    expect(lost.read({ annotations })).toEqual({})
    expect(lost.remove({ annotations })).toEqual({ annotations: { other: 'x' } })
  })
})

function alphaSpec() {
  return jsonSchema<AlphaSpec>({
    type: 'object',
    required: ['size'],
    properties: { size: { type: 'integer' } },
  })
}

/** What the compiler would refuse. */
function forced(versions: object, declaration: object): typeof clusters {
  return (defineVersions as (...parameters: readonly unknown[]) => never)(versions, declaration)
}
