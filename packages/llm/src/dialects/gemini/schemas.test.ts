import { describe, expect, it } from 'vitest'
import { jsonSchemaForm } from './json-schema-form.ts'
import { schemaSubset } from './schema-subset.ts'

const tree = {
  type: 'object',
  properties: { children: { type: 'array', items: { $ref: '#/$defs/node' } } },
  $defs: {
    node: {
      type: 'object',
      properties: { name: { type: 'string' }, next: { $ref: '#/$defs/node' } },
      required: ['name'],
    },
  },
}

describe('a schema in the API’s own form', () => {
  it.each([
    [
      { type: 'string', const: 'a' },
      { type: 'STRING', enum: ['a'], format: 'enum' },
    ],
    [{ type: ['string', 'null'] }, { type: 'STRING', nullable: true }],
    [
      { anyOf: [{ type: 'string' }, { type: 'null' }], description: 'd' },
      { type: 'STRING', nullable: true, description: 'd' },
    ],
    [
      { oneOf: [{ type: 'string' }, { type: 'integer' }] },
      { anyOf: [{ type: 'STRING' }, { type: 'INTEGER' }] },
    ],
    [
      { type: 'string', format: 'uri', description: 'where' },
      { type: 'STRING', description: 'where (format: uri)' },
    ],
    [
      { type: 'integer', enum: [1, 2] },
      { type: 'INTEGER', description: 'one of: 1, 2' },
    ],
    [{ type: 'array' }, { type: 'ARRAY', items: {} }],
    [
      {
        type: 'object',
        properties: { a: { type: 'number', multipleOf: 2 } },
        required: ['a', 'gone'],
        additionalProperties: false,
        $schema: 'x',
      },
      { type: 'OBJECT', properties: { a: { type: 'NUMBER' } }, required: ['a'] },
    ],
    [
      { allOf: [{ properties: { a: { type: 'string' } } }, { required: ['a'] }], title: 't' },
      { type: 'OBJECT', title: 't', properties: { a: { type: 'STRING' } }, required: ['a'] },
    ],
  ])('%j', (schema, expected) => {
    expect(schemaSubset(schema)).toEqual(expected)
  })

  it('has references written out, as deep as is needed', () => {
    const node = (next: object) => ({
      type: 'OBJECT',
      properties: { name: { type: 'STRING' }, next },
      required: ['name'],
    })
    expect(schemaSubset(tree)).toEqual({
      type: 'OBJECT',
      properties: { children: { type: 'ARRAY', items: node(node({ type: 'OBJECT' })) } },
    })
  })

  it('has a bound, however often definitions refer to each other', () => {
    const names = Array.from({ length: 40 }, (_, index) => `d${index}`)
    const $defs = Object.fromEntries(
      names.map((name, index) => [
        name,
        {
          properties: {
            a: { $ref: `#/$defs/d${index + 1}` },
            b: { $ref: `#/$defs/d${index + 1}` },
          },
        },
      ]),
    )
    const written = JSON.stringify(schemaSubset({ $ref: '#/$defs/d0', $defs }))
    expect(written.length).toBeLessThan(300_000)
  })
})

describe('a schema in JSON Schema', () => {
  it('has its definitions where the API looks for them, and nothing beside a reference', () => {
    const schema = {
      $schema: 'x',
      properties: {
        a: { $ref: '#/definitions/t', description: 'd' },
        b: { const: 1 },
        const: { type: 'string' },
      },
      definitions: { t: { type: 'string' } },
    }
    expect(jsonSchemaForm(schema)).toEqual({
      properties: {
        a: { anyOf: [{ $ref: '#/$defs/t' }], description: 'd' },
        b: { enum: [1] },
        const: { type: 'string' },
      },
      $defs: { t: { type: 'string' } },
    })
    expect(jsonSchemaForm(tree)).toEqual(tree)
  })
})
