import { describe, expect, it } from 'vitest'
import { fieldErrorMessage } from '../field-error.ts'
import { SchemaValidator } from '../schema/schema-validator.ts'
import type { StructuralSchema } from '../schema/structural-schema.ts'
import { compileRules } from './compile-rules.ts'
import { evaluateRules } from './evaluate-rules.ts'

const failing = { 'x-kubernetes-validations': [{ rule: 'false' }] }
const text: StructuralSchema = { type: 'string', ...failing }
const keyed: StructuralSchema = {
  type: 'array',
  'x-kubernetes-list-type': 'map',
  'x-kubernetes-list-map-keys': ['k'],
  items: { type: 'object', properties: { k: { type: 'string' }, v: text } },
}

function object(properties: Record<string, StructuralSchema>): StructuralSchema {
  return { type: 'object', properties }
}

/** Where rules refuse an update of `x`, and where they tolerate what was there. */
function judge(x: unknown, old: unknown, schema: StructuralSchema) {
  const root = object({ x: schema })
  const correlation = new SchemaValidator(root).correlate({ x }, { x: old })
  const tolerated: string[] = []
  const tolerate = ({ field = '' }): void => void tolerated.push(field)
  const { rules } = compileRules(root)
  const errors = evaluateRules(rules, { x }, { x: old }, { correlation, tolerate })
  return { refused: errors.map(({ field }) => field), tolerated }
}

describe('evaluateRules, with a correlation', () => {
  it('tolerates what was there, and reports it', () => {
    expect(judge('a', 'a', text)).toEqual({ refused: [], tolerated: ['x'] })
    expect(judge('b', 'a', text)).toEqual({ refused: ['x'], tolerated: [] })
  })

  it('tells of each part by itself', () => {
    const schema = { ...object({ a: text, b: text }), ...failing }
    expect(judge({ a: '1', b: '2' }, { a: '1', b: '1' }, schema)).toEqual({
      refused: ['x', 'x.b'],
      tolerated: ['x.a'],
    })
  })

  it('finds the items of a map list by their keys, wherever they are', () => {
    const [one, two] = [
      { k: 'one', v: 'a' },
      { k: 'two', v: 'a' },
    ]
    const everywhere = { ...keyed, ...failing }
    expect(judge([two, one], [one, two], everywhere)).toEqual({
      refused: [],
      tolerated: ['x', 'x[0].v', 'x[1].v'],
    })
    expect(judge([{ ...two, v: 'b' }, one], [one, two], everywhere)).toEqual({
      refused: ['x', 'x[0].v'],
      tolerated: ['x[1].v'],
    })
    expect(judge([{ v: 'a' }], [{ v: 'a' }], keyed).refused).toEqual(['x[0].v'])
  })

  it.each(['atomic', 'set'] as const)('takes the items of a list of type %s together', (type) => {
    const list: StructuralSchema = { type: 'array', 'x-kubernetes-list-type': type, items: text }
    expect(judge(['a', 'b'], ['a', 'b'], list)).toEqual({
      refused: [],
      tolerated: ['x[0]', 'x[1]'],
    })
    expect(judge(['a', 'c'], ['a', 'b'], list).refused).toEqual(['x[0]', 'x[1]'])
  })

  it('names the entries of a map in brackets', () => {
    const map: StructuralSchema = { type: 'object', additionalProperties: text }
    expect(judge({ a: '1', b: '2' }, { a: '1' }, map)).toEqual({
      refused: ['x[b]'],
      tolerated: ['x[a]'],
    })
  })

  it('never counts as unchanged what the schema does not describe', () => {
    const open = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true, ...failing }
    expect(judge({ a: 1 }, { a: 1 }, open).refused).toEqual(['x'])
    expect(judge({}, {}, open).tolerated).toEqual(['x'])
  })

  it('does not tolerate what rules about the old value find', () => {
    const rules = [{ rule: "oldSelf.orValue('') == self && false", optionalOldSelf: true }]
    const schema = { type: 'string', 'x-kubernetes-validations': rules }
    expect(judge('a', 'a', schema).refused).toEqual(['x'])
  })

  it('does not tolerate rules that cannot be evaluated', () => {
    const rules = [{ rule: 'self.size() / 0 == 1' }]
    expect(judge('a', 'a', { type: 'string', 'x-kubernetes-validations': rules }).refused).toEqual([
      'x',
    ])
  })
})

describe('SchemaValidator, with an old value', () => {
  function errors(x: unknown, old: unknown, schema: StructuralSchema): string[] {
    return new SchemaValidator(object({ x: schema }))
      .validate({ x }, { old: { x: old } })
      .map(fieldErrorMessage)
  }

  it.each<[string, StructuralSchema, unknown]>([
    ['a limit', { type: 'integer', maximum: 3 }, 9],
    ['an enumeration', { type: 'string', enum: ['a'] }, 'b'],
    ['a pattern', { type: 'string', pattern: '^a$' }, 'b'],
    ['a length', { type: 'string', maxLength: 1 }, 'bb'],
    ['a format', { type: 'string', format: 'date-time' }, 'b'],
    ['a type', { type: 'string' }, 1],
    ['a number of items', { type: 'array', maxItems: 1, items: { type: 'string' } }, ['a', 'b']],
    ['required fields', { ...object({ a: { type: 'string' } }), required: ['a'] }, {}],
    ['a branch', { type: 'integer', allOf: [{ maximum: 3 }] }, 9],
  ])('tolerates %s that was not kept before', (_, schema, value) => {
    expect(errors(value, value, schema)).toEqual([])
    expect(errors(value, undefined, schema)).not.toEqual([])
  })

  it.each(['allOf', 'anyOf', 'oneOf'] as const)('judges the whole of a branch of %s', (junctor) => {
    const branch = { properties: { a: { maximum: 3 } } }
    const schema = {
      ...object({ a: { type: 'integer' }, b: { type: 'integer' } }),
      [junctor]: [branch],
    }
    expect(errors({ a: 9, b: 1 }, { a: 9, b: 1 }, schema)).toEqual([])
    expect(errors({ a: 9, b: 2 }, { a: 9, b: 1 }, schema)).not.toEqual([])
  })

  it('does not tolerate objects inside of objects without a type', () => {
    const schema = { type: 'object', 'x-kubernetes-embedded-resource': true }
    expect(errors({ kind: 'A' }, { kind: 'A' }, schema)).toEqual([
      'x.apiVersion: Required value: must not be empty',
    ])
  })

  it('tolerates new duplicates as long as there were others', () => {
    const set: StructuralSchema = {
      type: 'array',
      'x-kubernetes-list-type': 'set',
      items: { type: 'string' },
    }
    const schema = object({ a: set, b: set })
    const [twice, once] = [['1', '1', '1'], ['1']]
    expect(errors({ a: twice, b: once }, { a: once, b: once }, schema)).toEqual([
      'x.a[1]: Duplicate value: "1"',
    ])
    expect(errors({ a: twice, b: once }, { a: once, b: twice }, schema)).toEqual([])
  })
})

describe('SchemaValidator, of a status alone', () => {
  const schema = object({
    spec: object({ size: { type: 'integer' } }),
    status: object({ size: { type: 'integer', maximum: 3 } }),
  })

  it('judges nothing but the status, and tolerates nothing', () => {
    const found = (status: unknown) => {
      const whole = { spec: { size: 'x' }, status }
      return new SchemaValidator(schema).validateStatus(whole, whole).map(fieldErrorMessage)
    }
    expect(found({ size: 9 })).toEqual([
      'status.size: Invalid value: 9: size in body should be less than or equal to 3',
    ])
    expect(found('x')).toEqual([
      'status: Invalid value: "string":  in body must be of type object: "string"',
    ])
    expect(found(undefined)).toEqual([])
  })
})
