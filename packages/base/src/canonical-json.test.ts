import { describe, expect, it } from 'vitest'
import { canonicalJson } from './canonical-json.ts'

describe('canonicalJson', () => {
  it.each<[string, unknown, string]>([
    ['sorts fields', { b: 1, a: { d: 2, c: 3 } }, '{"a":{"c":3,"d":2},"b":1}'],
    ['keeps the order of lists', [2, 1], '[2,1]'],
    ['leaves out what is undefined', { a: undefined, b: null }, '{"b":null}'],
    [
      'writes maps as objects',
      new Map([
        ['b', 1],
        ['a', 2],
      ]),
      '{"a":2,"b":1}',
    ],
    ['sorts by code units', { é: 1, z: 2, Z: 3, 10: 4, 9: 5 }, '{"10":4,"9":5,"Z":3,"z":2,"é":1}'],
    ['escapes text', { 'a"': '\n' }, '{"a\\"":"\\n"}'],
    ['keeps a field named __proto__', JSON.parse('{"__proto__":1}'), '{"__proto__":1}'],
    ['writes nothing as null', undefined, 'null'],
  ])('%s', (_, value, text) => {
    expect(canonicalJson(value)).toBe(text)
    expect(() => JSON.parse(canonicalJson(value))).not.toThrow()
  })
})
