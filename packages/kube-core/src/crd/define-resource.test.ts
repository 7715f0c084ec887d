import { describe, expect, it } from 'vitest'
import { fieldErrorMessage } from '../field-error.ts'
import type { StructuralSchema } from '../schema/structural-schema.ts'
import { validateSchema } from '../schema/validate.ts'
import { compileSchema } from './compile-schema.ts'
import {
  defaultCustomResourceDefinition,
  type CustomResourceDefinitionObject,
} from './custom-resource-definition.ts'
import { defineResource } from './define-resource.ts'
import { validateCustomResourceDefinition } from './validate-definition.ts'

const widget = defineResource({
  group: 'test.example',
  version: 'v1',
  kind: 'Widget',
  plural: 'widgets',
  shortNames: ['wd'],
  description: 'A widget.',
  spec: {
    type: 'object',
    required: ['size', 'color'],
    additionalProperties: false,
    properties: {
      size: { type: 'integer', exclusiveMinimum: 0 },
      color: { anyOf: [{ const: 'red' }, { const: 'blue' }], default: 'red' },
    },
  },
  status: { type: 'object', properties: { ready: { type: 'boolean' } } },
  validations: [{ rule: "self.metadata.name != 'no'" }],
})

describe('defineResource', () => {
  it('makes address, schema and definition', () => {
    expect(widget).toMatchObject({ plural: 'widgets', namespaced: true, shortNames: ['wd'] })
    expect(widget.schema.properties?.['spec']).toEqual({
      type: 'object',
      required: ['size'],
      properties: {
        size: { type: 'integer', minimum: 0, exclusiveMinimum: true },
        color: { type: 'string', enum: ['red', 'blue'], default: 'red' },
      },
    })
    expect(widget.crd).toMatchObject({
      metadata: { name: 'widgets.test.example' },
      spec: {
        names: { singular: 'widget', listKind: 'WidgetList' },
        scope: 'Namespaced',
        conversion: { strategy: 'None' },
        versions: [{ name: 'v1', served: true, storage: true, subresources: { status: {} } }],
      },
    })
    expect(validateCustomResourceDefinition(widget.crd)).toEqual([])
  })

  it('is frozen', () => {
    expect(Object.isFrozen(widget.crd.spec.versions[0])).toBe(true)
  })
})

describe('compileSchema', () => {
  it.each<[string, unknown, StructuralSchema]>([
    ['const', { const: 'a' }, { type: 'string', enum: ['a'] }],
    [
      'null in a union',
      { anyOf: [{ type: 'string' }, { type: 'null' }], description: 'd' },
      { type: 'string', description: 'd', nullable: true },
    ],
    [
      'a number or text',
      { anyOf: [{ type: 'integer' }, { type: 'string' }], default: 1 },
      {
        default: 1,
        'x-kubernetes-int-or-string': true,
        anyOf: [{ type: 'integer' }, { type: 'string' }],
      },
    ],
    [
      'a union that a field discriminates',
      {
        description: 'Where.',
        oneOf: [
          {
            type: 'object',
            required: ['type', 'bucket'],
            properties: { type: { const: 'S3' }, bucket: { type: 'string' } },
            additionalProperties: false,
          },
          {
            type: 'object',
            required: ['type'],
            properties: { type: { const: 'Disk' }, size: { type: 'integer' } },
            additionalProperties: false,
          },
        ],
      },
      {
        description: 'Where.',
        type: 'object',
        required: ['type'],
        properties: {
          type: { type: 'string', enum: ['S3', 'Disk'] },
          bucket: { type: 'string' },
          size: { type: 'integer' },
        },
        oneOf: [
          {
            properties: { type: { enum: ['S3'] } },
            required: ['bucket'],
            not: { anyOf: [{ required: ['size'] }] },
          },
          { properties: { type: { enum: ['Disk'] } }, not: { anyOf: [{ required: ['bucket'] }] } },
        ],
      },
    ],
    [
      'restrictions that are structural already',
      {
        type: 'object',
        properties: { a: { type: 'string' }, b: { type: 'string' } },
        anyOf: [{ required: ['a'] }, { required: ['b'] }],
        not: { required: ['a', 'b'] },
      },
      {
        type: 'object',
        properties: { a: { type: 'string' }, b: { type: 'string' } },
        anyOf: [{ required: ['a'] }, { required: ['b'] }],
        not: { required: ['a', 'b'] },
      },
    ],
    ['anything', {}, { 'x-kubernetes-preserve-unknown-fields': true }],
    [
      'a record',
      { type: 'object', patternProperties: { '^.*$': { type: 'string' } } },
      { type: 'object', additionalProperties: { type: 'string' } },
    ],
  ])('rewrites %s', (_, source, expected) => {
    expect(compileSchema(source, 'x')).toEqual(expected)
  })

  it('makes unions that the API server accepts, and that accept one branch only', () => {
    const branch = (type: string, field: string) => ({
      type: 'object',
      required: ['type', field],
      properties: { type: { const: type }, [field]: { type: 'string' } },
      additionalProperties: false,
    })
    const { crd, schema } = defineResource({
      group: 'test.example',
      version: 'v1',
      kind: 'Backup',
      plural: 'backups',
      description: '',
      spec: { oneOf: [branch('S3', 'bucket'), branch('Disk', 'path')] },
    })
    expect(validateCustomResourceDefinition(crd)).toEqual([])
    const problems = (spec: object) => validateSchema({ spec }, schema).length
    expect(problems({ type: 'S3', bucket: 'b' })).toBe(0)
    expect(problems({ type: 'Disk', path: 'p' })).toBe(0)
    expect(problems({ type: 'Disk', bucket: 'b' })).toBeGreaterThan(0)
    expect(problems({ type: 'S3', bucket: 'b', path: 'p' })).toBeGreaterThan(0)
  })

  it.each<[string, unknown, string]>([
    ['references', { $ref: '#/x' }, 'x: $ref has no structural form'],
    [
      'unions of types',
      { anyOf: [{ type: 'string' }, { type: 'object' }] },
      'x: a union needs literals or objects, or an integer and a string',
    ],
    [
      'lists of objects without a list type',
      { type: 'object', properties: { l: { type: 'array', items: { type: 'object' } } } },
      'x.l: a list of objects must choose x-kubernetes-list-type',
    ],
    [
      'limits of the names in a record',
      { type: 'object', propertyNames: { type: 'string', maxLength: 9 } },
      'x: maxLength of propertyNames has no structural form',
    ],
    ['look-ahead', { type: 'string', pattern: '^(?!a)' }, 'x: the pattern is not valid in RE2'],
    ['two types', { type: ['string', 'null'] }, 'x: a value must have one type'],
    [
      'branches that disagree on a field',
      {
        oneOf: [
          { type: 'object', properties: { a: { type: 'string' } } },
          { type: 'object', properties: { a: { type: 'integer' } } },
        ],
      },
      'x.a: the branches of a union may differ in the values of a field only',
    ],
    [
      'a default in a branch',
      {
        oneOf: [
          { type: 'object', properties: { a: { type: 'string', default: '' } } },
          { type: 'object' },
        ],
      },
      'x.a: a field of one branch of a union has no default',
    ],
  ])('refuses %s', (_, source, message) => {
    expect(() => compileSchema(source, 'x')).toThrow(message)
  })
})

describe('validateCustomResourceDefinition', () => {
  type Change = (definition: CustomResourceDefinitionObject) => void

  function problems(change: Change): string[] {
    const definition = structuredClone(widget.crd)
    change(definition)
    return validateCustomResourceDefinition(definition).map(fieldErrorMessage)
  }

  function withSchema(change: (spec: StructuralSchema) => void): Change {
    return (definition) => {
      change(definition.spec.versions[0]?.schema?.openAPIV3Schema?.properties?.['spec'] ?? {})
    }
  }

  it.each<[string, Change, string]>([
    [
      'a wrong name',
      (d) => (d.metadata.name = 'x'),
      'metadata.name: Invalid value: "x": must be spec.names.plural+"."+spec.group',
    ],
    [
      'no storage version',
      (d) => d.spec.versions.forEach((v) => (v.storage = false)),
      'must have exactly one version marked as storage version',
    ],
    [
      'no schema',
      (d) => d.spec.versions.forEach((v) => delete v.schema),
      'spec.versions[0].schema.openAPIV3Schema: Required value: schemas are required',
    ],
    [
      'a missing type',
      withSchema((s) => (s.properties = { a: {} })),
      'spec.validation.openAPIV3Schema.properties[spec].properties[a].type: Required value: must not be empty for specified object fields',
    ],
    [
      'a bad rule',
      withSchema((s) => (s['x-kubernetes-validations'] = [{ rule: 'self.x' }])),
      "undefined field 'x'",
    ],
    [
      'a bad default',
      withSchema((s) => (s.properties = { a: { type: 'integer', default: 'x' } })),
      'spec.validation.openAPIV3Schema.properties[spec].properties[a].default: Invalid value: "string"',
    ],
    [
      'an unknown field in a default',
      withSchema(
        (s) =>
          (s.properties = {
            a: { type: 'object', properties: { b: { type: 'string' } }, default: { c: 1 } },
          }),
      ),
      'must not have unknown fields',
    ],
    [
      'type inside a combinator',
      withSchema((s) => (s.anyOf = [{ type: 'object' }])),
      'anyOf[0].type: Forbidden: must be empty to be structural',
    ],
    [
      'a map list whose key is optional',
      withSchema(
        (s) =>
          (s.properties = {
            l: {
              type: 'array',
              'x-kubernetes-list-type': 'map',
              'x-kubernetes-list-map-keys': ['n'],
              items: { type: 'object', properties: { n: { type: 'string' } } },
            },
          }),
      ),
      'so it must have a default or be a required property',
    ],
    [
      'a rule about the former value of an item that has no key',
      withSchema(
        (s) =>
          (s.properties = {
            l: {
              type: 'array',
              maxItems: 9,
              items: { type: 'integer', 'x-kubernetes-validations': [{ rule: 'self == oldSelf' }] },
            },
          }),
      ),
      'oldSelf cannot be used on the uncorrelatable portion of the schema within spec.validation.openAPIV3Schema.properties[spec].properties[l]',
    ],
    [
      'a bad printer column',
      (d) =>
        d.spec.versions.forEach(
          (v) => (v.additionalPrinterColumns = [{ name: 'A', type: 'string', jsonPath: 'x' }]),
        ),
      'additionalPrinterColumns[0].JSONPath: Invalid value',
    ],
    [
      'a kind that is its list',
      (d) => (d.spec.names.listKind = 'Widget'),
      'kind and listKind may not be the same',
    ],
    [
      'a group without a dot',
      (d) => (d.spec.group = 'x'),
      'should be a domain with at least one dot',
    ],
  ])('refuses %s', (_, change, expected) => {
    expect(problems(change).join('\n')).toContain(expected)
  })

  it('lets rules compare fields of an atomic object with their former values', () => {
    const atomic = withSchema((spec) => {
      spec.properties = {
        catalog: {
          type: 'object',
          'x-kubernetes-map-type': 'atomic',
          properties: {
            major: { type: 'integer', 'x-kubernetes-validations': [{ rule: 'self == oldSelf' }] },
          },
        },
      }
    })
    expect(problems(atomic)).toEqual([])
  })

  it('keeps group, plural, and later scope and kind', () => {
    const next = structuredClone(widget.crd)
    next.spec.scope = 'Cluster'
    next.spec.group = 'other.example'
    const fields = (established: boolean) => {
      const conditions = established ? [{ type: 'Established', status: 'True' }] : []
      const old = { ...widget.crd, status: { conditions } }
      return validateCustomResourceDefinition(next, old).map((e) => e.field)
    }
    expect(fields(false)).toEqual(['spec.group'])
    expect(fields(true)).toEqual(['spec.scope', 'spec.group'])
  })

  it('leaves names that are given', () => {
    const definition = structuredClone(widget.crd)
    definition.spec.names.singular = 'one'
    expect(defaultCustomResourceDefinition(definition).spec.names.singular).toBe('one')
  })
})
