import { describe, expect, it } from 'vitest'
import { compileRules } from '../cel/compile-rules.ts'
import { compileSchema } from '../crd/compile-schema.ts'
import { evaluateRules } from '../cel/evaluate-rules.ts'
import { hasUnknownFields } from '../schema/prune.ts'
import type { StructuralSchema } from '../schema/structural-schema.ts'
import { validateSchema } from '../schema/validate.ts'
import { Draw } from './draw.ts'
import { ValueSampler } from './value-sampler.ts'

const formats =
  'bsonobjectid uri email hostname ipv4 ipv6 cidr mac uuid uuid3 uuid4 uuid5 isbn isbn10 isbn13 creditcard ssn hexcolor rgbcolor byte password date duration date-time k8s-short-name k8s-long-name'

function samples(schema: StructuralSchema, seed = 1): unknown[] {
  const sampler = new ValueSampler(new Draw(seed))
  return Array.from({ length: 200 }, () => sampler.sample(schema, 'spec'))
}

/** Samples that the API server would not accept. */
function refused(schema: StructuralSchema): unknown[] {
  const { rules } = compileRules(schema, false)
  return samples(schema).filter(
    (value) =>
      validateSchema(value, schema).length > 0 ||
      hasUnknownFields({ spec: value }, { type: 'object', properties: { spec: schema } }) ||
      evaluateRules(rules, value, undefined).length > 0,
  )
}

const text: StructuralSchema = { type: 'string' }

describe('samples of schemas', () => {
  it.each(formats.split(' '))('keep the format %s', (format) => {
    expect(refused({ type: 'string', format })).toEqual([])
  })

  it.each<[string, StructuralSchema]>([
    ['lengths', { type: 'string', minLength: 3, maxLength: 5 }],
    ['lengths of a pattern', { type: 'string', pattern: '^[a-z]+$', minLength: 6, maxLength: 12 }],
    ['limits', { type: 'integer', minimum: -3, maximum: 3, exclusiveMaximum: true }],
    ['a negative limit', { type: 'integer', maximum: -5 }],
    ['fractions', { type: 'number', minimum: 0.5, exclusiveMinimum: true, maximum: 2 }],
    ['multiples', { type: 'integer', multipleOf: 5, minimum: 7, maximum: 50 }],
    ['an enum', { type: 'string', enum: ['a', 'b'] }],
    ['nulls', { ...text, nullable: true }],
    ['numbers or texts', { 'x-kubernetes-int-or-string': true, pattern: '^\\d+%?$' }],
    [
      'sets',
      { type: 'array', 'x-kubernetes-list-type': 'set', maxItems: 3, items: { type: 'boolean' } },
    ],
    [
      'lists by key',
      {
        type: 'array',
        minItems: 1,
        'x-kubernetes-list-type': 'map',
        'x-kubernetes-list-map-keys': ['name'],
        items: {
          type: 'object',
          required: ['name'],
          properties: { name: { type: 'string', enum: ['a', 'b', 'c'] } },
        },
      },
    ],
    ['maps', { type: 'object', minProperties: 2, maxProperties: 2, additionalProperties: text }],
    ['defaults', { type: 'object', properties: { a: { ...text, default: 'x' } }, required: ['a'] }],
    [
      'open objects',
      { type: 'object', 'x-kubernetes-preserve-unknown-fields': true, properties: { a: text } },
    ],
    ['anything', { 'x-kubernetes-preserve-unknown-fields': true }],
    [
      'one of several fields',
      {
        type: 'object',
        properties: { a: text, b: text, c: text },
        oneOf: [{ required: ['a'] }, { required: ['b'] }, { required: ['c'] }],
      },
    ],
    [
      'unions',
      compileSchema(
        {
          oneOf: ['a', 'b', 'c'].map((name) => ({
            type: 'object',
            required: ['type'],
            properties: { type: { const: name }, [name]: text, [`${name}2`]: text },
            additionalProperties: false,
          })),
        },
        'spec',
      ),
    ],
    [
      'what is inside of what',
      {
        type: 'object',
        properties: {
          rule: {
            type: 'object',
            properties: { least: { type: 'integer' }, most: { type: 'integer' } },
            'x-kubernetes-validations': [
              { rule: '!has(self.least) || !has(self.most) || self.least <= self.most' },
            ],
          },
        },
        'x-kubernetes-validations': [{ rule: 'has(self.rule)' }],
      },
    ],
    [
      'objects inside of objects',
      {
        type: 'object',
        'x-kubernetes-embedded-resource': true,
        properties: { spec: { type: 'object' } },
      },
    ],
  ])('keep %s', (_, schema) => {
    expect(refused(schema)).toEqual([])
  })

  it('are the same for the same seed', () => {
    const schema: StructuralSchema = { type: 'object', additionalProperties: text }
    expect(samples(schema, 5)).toEqual(samples(schema, 5))
    expect(samples(schema, 5)).not.toEqual(samples(schema, 6))
  })

  it('often hold what code forgets', () => {
    const all = samples({
      type: 'object',
      properties: { text, list: { type: 'array', items: text } },
    })
    expect(all).toContainEqual(expect.objectContaining({ text: '' }))
    expect(all).toContainEqual(expect.objectContaining({ list: [] }))
    expect(all).toContainEqual({})
  })

  it('takes the example where nothing else is accepted, or says which field needs one', () => {
    const rare: StructuralSchema = {
      ...text,
      'x-kubernetes-validations': [{ rule: "self == 'this very text'" }],
    }
    expect(samples({ ...rare, example: 'this very text' })).toContain('this very text')
    expect(() => samples(rare)).toThrow(
      /no value of 200 was accepted at spec: .*give its schema an example/,
    )
  })
})
