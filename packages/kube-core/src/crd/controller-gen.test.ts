import { describe, expect, it } from 'vitest'
import type { StructuralSchema } from '../schema/structural-schema.ts'
import { defineVersions } from '../versions/define-versions.ts'
import { defineResource } from './define-resource.ts'
import {
  atLeastOneOf,
  atMostOneOf,
  exactlyOneOf,
  immutable,
  immutableOnceSet,
} from './field-rules.ts'
import { jsonSchema } from './json-schema.ts'
import { validateCustomResourceDefinition } from './validate-definition.ts'

const group = 'testdata.kubebuilder.io'
const description = ''
const anything = jsonSchema<object>({ type: 'object' })

/** The schema of `spec` of the only version. */
function specOf(schema: StructuralSchema): StructuralSchema | undefined {
  return schema.properties?.['spec']
}

function texts(...names: readonly string[]) {
  return Object.fromEntries(names.map((name) => [name, { type: 'string' }]))
}

describe('definitions as controller-gen makes them', () => {
  // controller-tools pkg/crd/testdata/multiple_versions: "testdata.kubebuilder.io_versionedresources.yaml"
  it('several versions, one of them stored', () => {
    const version = (name: string) =>
      defineResource({
        group,
        version: name,
        kind: 'VersionedResource',
        plural: 'versionedresources',
        description,
        spec: jsonSchema<{ struct?: { struct?: { foo?: string } } }>({
          type: 'object',
          properties: {
            struct: {
              type: 'object',
              properties: {
                struct: {
                  type: 'object',
                  'x-kubernetes-map-type': 'atomic',
                  properties: texts('foo'),
                },
              },
            },
          },
        }),
        status: anything,
      })
    const { crd } = defineVersions(
      { v1beta1: version('v1beta1'), v1beta2: version('v1beta2') },
      { storage: 'v1beta2', convert: { v1beta1: 'none' } },
    )
    const spec = {
      type: 'object',
      properties: {
        struct: {
          type: 'object',
          properties: {
            struct: {
              type: 'object',
              'x-kubernetes-map-type': 'atomic',
              properties: texts('foo'),
            },
          },
        },
      },
    }
    const schema = { openAPIV3Schema: { required: ['spec'], type: 'object', properties: { spec } } }
    expect(crd).toMatchObject({
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: 'versionedresources.testdata.kubebuilder.io' },
      spec: {
        group,
        names: {
          kind: 'VersionedResource',
          listKind: 'VersionedResourceList',
          plural: 'versionedresources',
          singular: 'versionedresource',
        },
        scope: 'Namespaced',
        versions: [
          { name: 'v1beta1', schema, served: true, storage: false, subresources: { status: {} } },
          { name: 'v1beta2', schema, served: true, storage: true, subresources: { status: {} } },
        ],
      },
    })
  })

  // controller-tools pkg/crd/testdata: "testdata.kubebuilder.io_externaldocs.yaml"
  it('external documentation of a field', () => {
    const externalDocs = {
      description: 'external docs description',
      url: 'https://example.com/docs',
    }
    const field = { type: 'string', description: 'd', externalDocs }
    const { schema, crd } = defineResource({
      group,
      version: 'v1',
      kind: 'ExternalDoc',
      plural: 'externaldocs',
      description,
      externalDocs: { url: 'https://example.com' },
      spec: jsonSchema<object>({ type: 'object', properties: { field } }),
    })
    expect(specOf(schema)).toEqual({ type: 'object', properties: { field } })
    expect(schema.externalDocs).toEqual({ url: 'https://example.com' })
    expect(validateCustomResourceDefinition(crd)).toEqual([])
  })

  // controller-tools pkg/crd/testdata/deprecated: "types.go"
  it('a deprecated version, with a singular of its own', () => {
    const { crd } = defineResource({
      group,
      version: 'v1beta2',
      kind: 'CronJob',
      plural: 'cronjobs',
      singular: 'mycronjob',
      listKind: 'CronJobs',
      deprecated: { warning: 'use v1 instead' },
      description,
      spec: anything,
    })
    expect(crd.spec.names).toMatchObject({ singular: 'mycronjob', listKind: 'CronJobs' })
    expect(crd.spec.versions).toMatchObject([
      { name: 'v1beta2', deprecated: true, deprecationWarning: 'use v1 instead' },
    ])
  })

  // controller-tools pkg/crd/testdata: "testdata.kubebuilder.io_cronjobs.yaml"
  it('scale, selectable fields, columns, labels and annotations', () => {
    const { crd } = defineResource({
      group,
      version: 'v1',
      kind: 'CronJob',
      plural: 'cronjobs',
      served: false,
      description,
      metadata: { labels: { app: 'x' }, annotations: { 'cert-manager.io/inject-ca-from': 'a/b' } },
      spec: jsonSchema<object>({
        type: 'object',
        properties: { schedule: { type: 'string' }, replicas: { type: 'integer' } },
      }),
      status: jsonSchema<object>({
        type: 'object',
        properties: { replicas: { type: 'integer' }, selector: { type: 'string' } },
      }),
      scale: {
        specReplicasPath: '.spec.replicas',
        statusReplicasPath: '.status.replicas',
        labelSelectorPath: '.status.selector',
      },
      selectableFields: ['.spec.schedule'],
      printColumns: [
        {
          name: 'Replicas',
          type: 'integer',
          format: 'int32',
          priority: 1,
          jsonPath: '.spec.replicas',
        },
      ],
    })
    expect(crd.metadata).toEqual({
      name: 'cronjobs.testdata.kubebuilder.io',
      labels: { app: 'x' },
      annotations: { 'cert-manager.io/inject-ca-from': 'a/b' },
    })
    expect(crd.spec.versions).toMatchObject([
      {
        served: false,
        subresources: {
          status: {},
          scale: {
            specReplicasPath: '.spec.replicas',
            statusReplicasPath: '.status.replicas',
            labelSelectorPath: '.status.selector',
          },
        },
        selectableFields: [{ jsonPath: '.spec.schedule' }],
        additionalPrinterColumns: [{ name: 'Replicas', format: 'int32', priority: 1 }],
      },
    ])
    expect(validateCustomResourceDefinition(crd)).toEqual([])
  })

  // controller-tools pkg/crd/testdata: "testdata.kubebuilder.io_oneofs.yaml"
  it('rules about which fields are given', () => {
    expect([exactlyOneOf('foo', 'bar'), atMostOneOf('foo', 'bar'), atLeastOneOf('e', 'f')]).toEqual(
      [
        {
          message: 'exactly one of the fields in [foo bar] must be set',
          rule: '[has(self.foo),has(self.bar)].filter(x,x==true).size() == 1',
        },
        {
          message: 'at most one of the fields in [foo bar] may be set',
          rule: '[has(self.foo),has(self.bar)].filter(x,x==true).size() <= 1',
        },
        {
          message: 'at least one of the fields in [e f] must be set',
          rule: '[has(self.e),has(self.f)].filter(x,x==true).size() >= 1',
        },
      ],
    )
  })

  // controller-tools pkg/crd/testdata: "testdata.kubebuilder.io_immutabletypes.yaml"
  it('immutable fields, whose rules the API server accepts', () => {
    const { crd, schema } = defineResource({
      group,
      version: 'v1',
      kind: 'ImmutableType',
      plural: 'immutabletypes',
      description,
      spec: jsonSchema<object>({
        type: 'object',
        properties: {
          optionalString: { type: 'string', 'x-kubernetes-validations': [immutable()] },
          ...texts('a', 'b'),
        },
        'x-kubernetes-validations': [immutableOnceSet('optionalString'), exactlyOneOf('a', 'b')],
      }),
    })
    expect(specOf(schema)?.['x-kubernetes-validations']?.[0]).toEqual({
      message: 'field optionalString is immutable once set',
      rule: '!has(oldSelf.optionalString) || has(self.optionalString)',
    })
    expect(specOf(schema)?.properties?.['optionalString']?.['x-kubernetes-validations']).toEqual([
      { message: 'field is immutable', rule: 'self == oldSelf' },
    ])
    expect(validateCustomResourceDefinition(crd)).toEqual([])
  })
})

describe('what a definition cannot have', () => {
  const declared = (more: object) => () =>
    defineResource({
      group,
      version: 'v1',
      kind: 'Thing',
      plural: 'things',
      description,
      spec: jsonSchema<object>({ type: 'object', properties: { list: { type: 'object' } } }),
      ...more,
    })

  it.each<[string, object, string]>([
    [
      'replicas outside of the spec',
      { scale: { specReplicasPath: '.replicas', statusReplicasPath: '.status.replicas' } },
      'subresources.scale.specReplicasPath: Invalid value: ".replicas": should be a json path under .spec',
    ],
    [
      'selecting by an object',
      { selectableFields: ['.spec.list'] },
      'selectableFields[0].jsonPath: Invalid value: ".spec.list": must point to a field of type string',
    ],
    [
      'a warning of several lines',
      { deprecated: { warning: 'a\nb' } },
      'deprecated.warning: Invalid value: "a\\nb": must only contain printable UTF-8 characters',
    ],
    [
      'a column without a path',
      { printColumns: [{ name: 'A', type: 'string', jsonPath: 'spec' }] },
      'printColumns[0].JSONPath: Invalid value: "spec": must be a simple json path starting with .',
    ],
  ])('refuses %s', (_, more, message) => {
    expect(declared(more)).toThrow(`Thing cannot be defined: ${message}`)
  })
})
