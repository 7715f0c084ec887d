import { describe, expect, it } from 'vitest'
import { fieldErrorMessage } from '../field-error.ts'
import { applyDefaults } from './defaults.ts'
import { hasFormat } from './formats.ts'
import { pruneUnknownFields } from './prune.ts'
import type { StructuralSchema } from './structural-schema.ts'
import { validateSchema } from './validate.ts'

function messages(value: unknown, schema: StructuralSchema, old?: unknown): string[] {
  return validateSchema(value, object({ x: schema }), { old }).map(fieldErrorMessage)
}

function object(properties: Record<string, StructuralSchema>): StructuralSchema {
  return { type: 'object', properties }
}

describe('validateSchema', () => {
  it('names as many mistakes as there are', () => {
    const list = Array.from({ length: 200_000 }, () => 'a')
    const schema = object({ list: { type: 'array', items: { type: 'integer' } } })
    const found = validateSchema({ list }, schema)
    expect(found).toHaveLength(200_000)
  })

  it.each([
    ['', 0, true],
    ['', 1, false],
    ['ab', 2, true],
    ['😀😀', 2, true],
    ['😀😀', 3, false],
    ['😀a', 2, true],
  ])('counts the characters of %o: at least %i', (text, minLength, isValid) => {
    const isShort = messages({ x: text }, { type: 'string', minLength }).length > 0
    const isLong = messages({ x: text }, { type: 'string', maxLength: minLength - 1 }).length > 0
    expect([!isShort, isLong]).toEqual([isValid, isValid])
  })

  it.each<[string, StructuralSchema, unknown, string[]]>([
    [
      'a wrong type',
      { type: 'integer' },
      'a',
      ['x: Invalid value: "string": x in body must be of type integer: "string"'],
    ],
    [
      'null',
      { type: 'string' },
      null,
      ['x: Invalid value: "null": x in body must be of type string: "null"'],
    ],
    ['a nullable null', { type: 'string', nullable: true }, null, []],
    ['a whole number as number', { type: 'number' }, 3, []],
    [
      'a fraction as integer',
      { type: 'integer' },
      3.5,
      ['x: Invalid value: "number": x in body must be of type integer: "number"'],
    ],
    [
      'a pattern',
      { type: 'string', pattern: '^a+$' },
      'b',
      [`x: Invalid value: "b": x in body should match '^a+$'`],
    ],
    [
      'a minimum',
      { type: 'integer', minimum: 10 },
      5,
      ['x: Invalid value: 5: x in body should be greater than or equal to 10'],
    ],
    [
      'an exclusive maximum',
      { type: 'integer', maximum: 10, exclusiveMaximum: true },
      10,
      ['x: Invalid value: 10: x in body should be less than 10'],
    ],
    [
      'an enum',
      { type: 'string', enum: ['foo', 'bar'] },
      'qux',
      ['x: Unsupported value: "qux": supported values: "foo", "bar"'],
    ],
    [
      'too many items',
      { type: 'array', maxItems: 2, items: { type: 'integer' } },
      [1, 2, 3],
      ['x: Too many: 3: must have at most 2 items'],
    ],
    [
      'too few items',
      { type: 'array', minItems: 1, items: { type: 'integer' } },
      [],
      ['x: Invalid value: 0: x in body should have at least 1 items'],
    ],
    [
      'a long text',
      { type: 'string', maxLength: 2 },
      'abc',
      ['x: Too long: may not be more than 2 bytes'],
    ],
    [
      'a short text',
      { type: 'string', minLength: 1 },
      '',
      ['x: Invalid value: "": x in body should be at least 1 chars long'],
    ],
    [
      'a format',
      { type: 'string', format: 'date-time' },
      'now',
      ['x: Invalid value: "now": x in body must be of type date-time: "now"'],
    ],
    ['an unknown format', { type: 'string', format: 'nonsense' }, 'now', []],
    ['a missing field', { type: 'object', required: ['a'] }, {}, ['x.a: Required value']],
    [
      'int or string',
      { 'x-kubernetes-int-or-string': true },
      true,
      ['x: Invalid value: "boolean": x in body must be of type integer,string: "boolean"'],
    ],
    [
      'an item',
      { type: 'array', items: { type: 'string' } },
      [1],
      ['x[0]: Invalid value: "integer": x[0] in body must be of type string: "integer"'],
    ],
    [
      'a set',
      { type: 'array', 'x-kubernetes-list-type': 'set', items: { type: 'string' } },
      ['a', 'a'],
      ['x[1]: Duplicate value: "a"'],
    ],
    [
      'none of several',
      {
        type: 'object',
        properties: { a: { type: 'string' }, b: { type: 'string' } },
        oneOf: [{ required: ['a'] }, { required: ['b'] }],
      },
      { a: '', b: '' },
      [
        '<nil>: Invalid value: "": "x" must validate one and only one schema (oneOf). Found 2 valid alternatives',
      ],
    ],
    [
      'none of several, by the one that was meant',
      {
        type: 'object',
        properties: { type: { type: 'string' }, value: { type: 'string' } },
        oneOf: [
          {
            properties: {
              type: { enum: ['IPAddress'] },
              value: { anyOf: [{ format: 'ipv4' }, { format: 'ipv6' }] },
            },
          },
          { properties: { type: { not: { enum: ['IPAddress'] } } } },
        ],
      },
      { type: 'IPAddress', value: '1.2.3.4:8080' },
      [
        '<nil>: Invalid value: "": "x" must validate one and only one schema (oneOf). Found none valid',
        '<nil>: Invalid value: "": "x.value" must validate at least one schema (anyOf)',
        'x.value: Invalid value: "1.2.3.4:8080": x.value in body must be of type ipv4: "1.2.3.4:8080"',
      ],
    ],
    [
      'none of several, by the first of those that are alike',
      { type: 'integer', anyOf: [{ minimum: 5 }, { minimum: 7 }] },
      3,
      [
        '<nil>: Invalid value: "": "x" must validate at least one schema (anyOf)',
        'x: Invalid value: 3: x in body should be greater than or equal to 5',
      ],
    ],
    [
      'the same mistake once',
      { type: 'integer', minimum: 5, allOf: [{ minimum: 5 }] },
      3,
      [
        'x: Invalid value: 3: x in body should be greater than or equal to 5',
        '<nil>: Invalid value: "": "x" must validate all the schemas (allOf). None validated',
      ],
    ],
    ['no branch at all', { type: 'integer', anyOf: [], oneOf: [], allOf: [] }, 3, []],
    [
      'a wrong type that is none of the allowed values either',
      { type: 'string', enum: ['a'] },
      5,
      [
        'x: Invalid value: "integer": x in body must be of type string: "integer"',
        'x: Unsupported value: 5: supported values: "a"',
      ],
    ],
    [
      'null where only some values are allowed',
      { type: 'string', nullable: true, enum: ['a'] },
      null,
      ['x: Unsupported value: "null": supported values: "a"'],
    ],
    [
      'few properties of which one is missing',
      { type: 'object', minProperties: 1, required: ['a'] },
      {},
      ['x: Invalid value: 1: x in body should have at least 1 properties', 'x.a: Required value'],
    ],
    [
      'not',
      { type: 'integer', not: { minimum: 5 } },
      6,
      ['<nil>: Invalid value: "": "x" must not validate the schema (not)'],
    ],
  ])('judges %s', (_, schema, value, expected) => {
    expect(messages({ x: value }, schema)).toEqual(expected)
  })

  const mapList: StructuralSchema = {
    type: 'array',
    'x-kubernetes-list-type': 'map',
    'x-kubernetes-list-map-keys': ['name'],
    items: object({ name: { type: 'string' }, size: { type: 'integer', maximum: 5 } }),
  }

  it('finds duplicate keys of a map list', () => {
    expect(messages({ x: [{ name: 'a' }, { name: 'a', size: 1 }] }, mapList)).toEqual([
      'x[1]: Duplicate value: map[string]interface {}{"name":"a"}',
    ])
  })

  it('tolerates what was invalid before and did not change', () => {
    const old = { x: [{ name: 'a', size: 9 }] }
    const moved = {
      x: [
        { name: 'b', size: 1 },
        { name: 'a', size: 9 },
      ],
    }
    expect(messages(moved, mapList, old)).toEqual([])
    expect(messages({ x: [{ name: 'a', size: 8 }] }, mapList, old)).toHaveLength(1)
  })

  it('takes linear time for patterns that break other engines', () => {
    const text = 'a'.repeat(20_000) + '!'
    expect(messages({ x: text }, { type: 'string', pattern: '^(a+)+$' })).toHaveLength(1)
  })
})

describe('hasFormat', () => {
  it.each<[string, string, string]>([
    ['date-time', '2027-01-01T00:00:00Z', '2027-02-30T00:00:00Z'],
    ['date', '2024-02-29', '2023-02-29'],
    ['duration', '1h30m', '1 fortnight'],
    ['ipv4', '10.0.0.1', '10.0.0.256'],
    ['ipv6', '::ffff:10.0.0.1', '1::2::3'],
    ['cidr', '10.0.0.0/8', '10.0.0.0/33'],
    ['uuid4', '9b2d8a3e-1c4f-4a6b-8c7d-0123456789ab', '9b2d8a3e-1c4f-1a6b-8c7d-0123456789ab'],
    ['byte', 'aGVsbG8=', 'aGVsbG8'],
    ['hostname', 'a.example', 'a_b'],
    ['email', 'a@b.example', 'a.b.example'],
    ['uri', 'https://a.example/x', 'a b'],
    ['mac', '00:11:22:33:44:55', '00:11:22:33:44'],
    ['isbn10', '0-306-40615-2', '0-306-40615-3'],
    ['isbn13', '978-0-306-40615-7', '978-0-306-40615-8'],
    ['creditcard', '4111111111111111', '4111111111111112'],
    ['hexcolor', '#fff', '#ff'],
    ['rgbcolor', 'rgb(1,2,255)', 'rgb(1,2,256)'],
  ])('knows %s', (format, good, bad) => {
    expect(hasFormat(good, format)).toBe(true)
    expect(hasFormat(bad, format)).toBe(false)
  })
})

describe('pruneUnknownFields', () => {
  const schema = object({
    spec: object({
      open: {
        type: 'object',
        'x-kubernetes-preserve-unknown-fields': true,
        properties: { a: object({ b: { type: 'string' } }) },
      },
      list: { type: 'array', items: object({ n: { type: 'integer' } }) },
      map: { type: 'object', additionalProperties: object({ n: { type: 'integer' } }) },
      raw: {
        type: 'object',
        'x-kubernetes-embedded-resource': true,
        properties: { spec: { type: 'object' } },
      },
    }),
  })

  it('removes what the schema does not name and says where', () => {
    const { object: kept, pruned } = pruneUnknownFields(
      {
        apiVersion: 'v1',
        kind: 'T',
        metadata: { name: 'a' },
        spec: {
          open: { x: 1, a: { b: '', c: 1 } },
          list: [{ n: 1, m: 2 }],
          map: { k: { n: 1, m: 2 } },
          raw: { apiVersion: 'v1', kind: 'T', metadata: {}, spec: {}, gone: 1 },
          foo: 1,
        },
        bar: 1,
      },
      schema,
    )
    expect(pruned).toEqual([
      'spec.open.a.c',
      'spec.list[0].m',
      'spec.map.k.m',
      'spec.raw.gone',
      'spec.foo',
      'bar',
    ])
    expect(kept).toEqual({
      apiVersion: 'v1',
      kind: 'T',
      metadata: { name: 'a' },
      spec: {
        open: { x: 1, a: { b: '' } },
        list: [{ n: 1 }],
        map: { k: { n: 1 } },
        raw: { apiVersion: 'v1', kind: 'T', metadata: {}, spec: {} },
      },
    })
  })
})

describe('applyDefaults', () => {
  it('fills nested defaults, also within defaulted values, and leaves its input alone', () => {
    const schema = object({
      a: { ...object({ b: { type: 'integer', default: 1 } }), default: {} },
      list: { type: 'array', items: object({ c: { type: 'string', default: 'x' } }) },
      n: { type: 'string', default: 'd' },
      m: { type: 'string', nullable: true, default: 'd' },
    })
    const input = { list: [{}], n: null, m: null }
    expect(applyDefaults(input, schema)).toEqual({
      a: { b: 1 },
      list: [{ c: 'x' }],
      n: 'd',
      m: null,
    })
    expect(input).toEqual({ list: [{}], n: null, m: null })
  })
})
