import { timeGrowth } from '@fairlead/base/testing'
import { describe, expect, it } from 'vitest'
import { JsonSchema } from './json-schema.ts'
import { CheckTooCostly, SchemaUnusable } from './schema-errors.ts'

const reasons = (schema: object, value: unknown) =>
  JsonSchema.read({ ...schema })
    .violations(value)
    .map(({ path, message }) => `${path} ${message}`)

/** As text: an object with this field would be taken for a promise. */
const conditional = JSON.parse(
  '{"if": {"minimum": 10}, "then": {"multipleOf": 10}, "else": {"multipleOf": 2}}',
) as object

describe('a JSON Schema', () => {
  const invoice = {
    type: 'object',
    properties: {
      total: { type: 'number', minimum: 0 },
      lines: { type: 'array', items: { $ref: '#/$defs/line' }, minItems: 1 },
      currency: { enum: ['EUR', 'USD'] },
    },
    required: ['total', 'lines'],
    additionalProperties: false,
    $defs: { line: { type: 'object', properties: { sku: { pattern: '^[A-Z]{2}-' } } } },
  }

  it.each<[string, unknown, readonly string[]]>([
    ['fits', { total: 1, lines: [{ sku: 'AB-1' }], currency: 'EUR' }, []],
    ['has no field', { total: 1 }, [' must have the field "lines"']],
    ['is of another type', [], [' must be of type object']],
    ['is too small', { total: -1, lines: [{}] }, ['/total must be at least 0']],
    [
      'has a wrong item',
      { total: 1, lines: [{ sku: 'x' }] },
      ['/lines/0/sku must match the pattern ^[A-Z]{2}-'],
    ],
    [
      'is none of the values',
      { total: 1, lines: [{}], currency: 'GBP' },
      ['/currency must be one of ["EUR","USD"]'],
    ],
    ['has a field too many', { total: 1, lines: [{}], note: 1 }, ['/note must not be there']],
    [
      'has an inherited name',
      { total: 1, lines: [{}], constructor: 1 },
      ['/constructor must not be there'],
    ],
  ])('says of a value that %s what is wrong', (_, value, expected) => {
    expect(reasons(invoice, value)).toEqual(expected)
  })

  it.each<[string, object, unknown, boolean]>([
    ['anyOf', { anyOf: [{ type: 'string' }, { minimum: 3 }] }, 2, false],
    ['anyOf', { anyOf: [{ type: 'string' }, { minimum: 3 }] }, 'a', true],
    ['oneOf', { oneOf: [{ type: 'integer' }, { minimum: 2 }] }, 3, false],
    ['not', { not: { type: 'null' } }, null, false],
    ['if', conditional, 15, false],
    ['if', conditional, 4, true],
    ['multipleOf', { multipleOf: 0.1 }, 0.3, true],
    ['maxLength', { maxLength: 1 }, '😀', true],
    [
      'uniqueItems',
      { uniqueItems: true },
      [
        { a: 1, b: 2 },
        { b: 2, a: 1 },
      ],
      false,
    ],
    [
      'prefixItems',
      { prefixItems: [{ type: 'string' }], items: { type: 'number' } },
      ['a', 1],
      true,
    ],
    [
      'prefixItems',
      { prefixItems: [{ type: 'string' }], items: { type: 'number' } },
      ['a', 'b'],
      false,
    ],
    ['contains', { contains: { const: 1 }, maxContains: 1 }, [1, 1], false],
    ['dependentRequired', { dependentRequired: { a: ['b'] } }, { a: 1 }, false],
    ['propertyNames', { propertyNames: { maxLength: 1 } }, { ab: 1 }, false],
    ['patternProperties', { patternProperties: { '^x': false } }, { xy: 1 }, false],
    [
      'a reference to itself',
      { properties: { next: { $ref: '#' } }, required: ['id'] },
      { id: 1, next: {} },
      false,
    ],
  ])('knows %s', (_, schema, value, isValid) => {
    expect(reasons(schema, value).length === 0).toBe(isValid)
  })

  it.each<[string, object]>([
    ['an unknown type', { type: 'text' }],
    ['a reference elsewhere', { $ref: 'https://example.com/schema' }],
    ['a reference to nothing', { $ref: '#/$defs/none' }],
    ['a pattern that RE2 does not have', { pattern: '(?=a)' }],
    ['a keyword that needs others', { unevaluatedProperties: false }],
    ['a list where a schema stands', { items: [{ type: 'string' }] }],
    ['a bound that is no number', { minimum: '3' }],
  ])('is refused with %s', (_, schema) => {
    expect(() => JsonSchema.read({ ...schema })).toThrow(SchemaUnusable)
  })

  it('asks no schema twice about a value, however often it is referred to', () => {
    // Each refers twice to the next: 2 to the power of 60 ways lead to the last.
    const $defs = Object.fromEntries(
      Array.from({ length: 60 }, (_, index) => {
        const next = { $ref: `#/$defs/s${index + 1}` }
        return [
          `s${index}`,
          index === 59 ? { type: 'string' } : { anyOf: [next, { allOf: [next] }] },
        ]
      }),
    )
    expect(reasons({ $ref: '#/$defs/s0', $defs }, 1)).toEqual([' must be of type string'])
  })

  it('says that a value is too deep or too large to be compared', () => {
    const schema = JsonSchema.read({ properties: { a: { $ref: '#' } }, items: { items: {} } })
    let deep: unknown = {}
    for (let depth = 0; depth < 1000; depth++) deep = { a: deep }
    expect(() => schema.violations(deep)).toThrow(CheckTooCostly)
    expect(() => schema.violations(Array.from({ length: 300_000 }, () => []))).toThrow(
      CheckTooCostly,
    )
  })

  it('takes time in proportion to the value', async () => {
    const schema = JsonSchema.read({ items: { type: 'object', properties: { a: { minimum: 1 } } } })
    const values = (size: number) => Array.from({ length: size }, () => ({ a: 0 }))
    const growth = await timeGrowth(values, 2000, (value) => schema.violations(value))
    expect(growth).toBeLessThan(16)
  })
})
