import { describe, expect, it } from 'vitest'
import { escapeFieldValue, parseFieldSelector } from './field-selector.ts'

describe('parseFieldSelector', () => {
  it('reads terms with escaped values', () => {
    const selector = parseFieldSelector(String.raw`spec.x!=a\,b,metadata.name==n\\,,=`)
    expect(selector.requirements).toEqual([
      { path: 'metadata.name', operator: '=', value: 'n\\' },
      { path: 'spec.x', operator: '!=', value: 'a,b' },
    ])
    expect(selector.toString()).toBe(String.raw`metadata.name=n\\,spec.x!=a\,b`)
  })

  it('escapes what it reads', () => {
    const value = 'a,b=c\\d'
    const [term] = parseFieldSelector(`x=${escapeFieldValue(value)}`).requirements
    expect(term?.value).toBe(value)
  })

  it.each([
    ['a', "invalid selector: 'a'; can't understand 'a'"],
    ['a=b=c', 'invalid field selector: unescaped character in value: 61'],
    [String.raw`a=\x`, String.raw`invalid field selector: invalid escape sequence: \x`],
    ['a=\\', 'invalid field selector: invalid escape sequence: \\'],
  ])('rejects %j', (text, message) => {
    expect(() => parseFieldSelector(text)).toThrow(message)
  })

  it('matches all terms; an absent field is an empty text', () => {
    const selector = parseFieldSelector('a=1,b!=2,c=')
    const over = (values: Record<string, string>) => (path: string) => values[path]
    expect(selector.matches(over({ a: '1' }))).toBe(true)
    expect(selector.matches(over({ a: '1', b: '2' }))).toBe(false)
    expect(selector.matches(over({ a: '1', c: 'x' }))).toBe(false)
  })
})
