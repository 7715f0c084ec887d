import type { PromptTemplateSettings, PromptVersion } from '@fairlead/snapshot'
import { describe, expect, it } from 'vitest'
import { promptOf } from '../test-support/snapshot.ts'
import { PromptParameters } from './prompt-parameters.ts'

function check(schema: object, given: unknown): Record<string, unknown> {
  const prompt: PromptTemplateSettings = promptOf('ask', [
    {
      version: '1',
      model: 'm',
      messages: [{ role: 'user', content: 'x' }],
      parameters: { type: 'object', ...schema },
    },
  ])
  const version = prompt.versions.get('1') as PromptVersion
  return new PromptParameters().check(prompt, version, given, 'parameters')
}

describe('parameters of a prompt', () => {
  it('are matched in linear time', () => {
    const schema = { properties: { a: { type: 'string', pattern: '^(a+)+$' } } }
    expect(check(schema, { a: 'a'.repeat(1000) })).toBeDefined()
    expect(() => check(schema, { a: `${'a'.repeat(100_000)}b` })).toThrow('must match pattern')
  })

  it('are not matched if they are too long for it', () => {
    const schema = { properties: { a: { type: 'string', pattern: 'a' } } }
    expect(() => check(schema, { a: 'a'.repeat(262_145) })).toThrow('at most 262144 characters')
  })

  it('may match several patterns', () => {
    const schema = { properties: { a: { pattern: '^x' }, b: { pattern: '^y' } } }
    expect(check(schema, { a: 'x', b: 'y' })).toEqual({ a: 'x', b: 'y' })
    expect(() => check(schema, { a: 'y', b: 'y' })).toThrow('must match pattern')
  })

  it('have items that differ, whatever the items are', () => {
    const schema = { properties: { a: { type: 'array', uniqueItems: true } } }
    const items = Array.from({ length: 100_000 }, (_, number) => ({ number }))
    expect(check(schema, { a: items })['a']).toHaveLength(items.length)
    expect(() =>
      check(schema, {
        a: [
          { x: 1, y: 2 },
          { y: 2, x: 1 },
        ],
      }),
    ).toThrow('duplicate items')
  })

  it.each(['constructor', 'toString', 'hasOwnProperty'])('may be called %s', (name) => {
    const required = { properties: { [name]: { type: 'string' } }, required: [name] }
    expect(() => check(required, {})).toThrow(`parameter "${name}" is required`)
    expect(Object.entries(check(required, { [name]: 'x' }))).toEqual([[name, 'x']])
    const byDefault = { properties: { [name]: { type: 'string', default: 'y' } } }
    expect(Object.entries(check(byDefault, {}))).toEqual([[name, 'y']])
  })

  it('are not changed by one called __proto__', () => {
    const given: unknown = JSON.parse('{"__proto__":{"a":"x"}}')
    expect(() => check({ required: ['a'] }, given)).toThrow('parameter "a" is required')
    expect(() => check({ additionalProperties: false }, given)).toThrow('is not known')
  })

  it('keep objects and enumerations of objects', () => {
    const schema = { properties: { a: { enum: [{ b: 1 }] } } }
    expect(check(schema, { a: { b: 1 } })).toEqual({ a: { b: 1 } })
  })
})
