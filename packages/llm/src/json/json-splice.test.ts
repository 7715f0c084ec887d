import { describe, expect, it } from 'vitest'
import { spliceTopLevel, type TopLevelEdits } from './json-splice.ts'
import { createRandom, pick } from '../test-support/random.ts'

function splice(text: string, edits: TopLevelEdits): string {
  return Buffer.from(spliceTopLevel(Buffer.from(text), edits)).toString()
}

describe('spliceTopLevel', () => {
  it.each<[string, string, TopLevelEdits, string]>([
    ['replaces in place', '{ "a" : 1.0 ,"b":2}', { set: { a: '"x"' } }, '{ "a" : "x" ,"b":2}'],
    ['adds at the end', '{"a":1e3 }', { set: { b: '{}' } }, '{"a":1e3,"b":{} }'],
    ['adds to an empty object', ' { } ', { set: { b: 'true' } }, ' {"b":true } '],
    ['removes the first', '{"a":1, "b":2}', { remove: ['a'] }, '{"b":2}'],
    ['removes one between', '{"a":1, "b":2 , "c":3}', { remove: ['b'] }, '{"a":1 , "c":3}'],
    ['removes the last', '{"a":1, "b":2}', { remove: ['b'] }, '{"a":1}'],
    ['removes the only one', '{ "a":[1] }', { remove: ['a'] }, '{ }'],
    ['removes and adds', '{"a":1}', { remove: ['a'], set: { b: '2' } }, '{"b":2}'],
    ['ignores what is not there', '{"a":1}', { remove: ['b'] }, '{"a":1}'],
    ['sets every duplicate once', '{"a":1,"b":2,"a":3}', { set: { a: '9' } }, '{"a":9,"b":2}'],
    ['removes every duplicate', '{"a":1,"b":2,"a":3}', { remove: ['a'] }, '{"b":2}'],
    ['keeps other duplicates', '{"a":1,"b":2,"b":3}', { set: { a: '0' } }, '{"a":0,"b":2,"b":3}'],
    ['knows names with escapes', '{"\\u0061":1,"b\\"":2}', { remove: ['a', 'b"'] }, '{}'],
    ['prepends to a list', '{"a":[ 1 ]}', { prepend: { a: ['0'] } }, '{"a":[0, 1 ]}'],
    ['prepends to an empty list', '{"a":[ ]}', { prepend: { a: ['0', '1'] } }, '{"a":[0,1]}'],
    ['prepends to what is absent', '{"b":1}', { prepend: { a: ['0'] } }, '{"b":1,"a":[0]}'],
    ['prepends to null', '{"a":null}', { prepend: { a: ['0'] } }, '{"a":[0]}'],
    [
      'prepends to the last duplicate, which counts',
      '{"a":[1],"b":2,"a":[3]}',
      { prepend: { a: ['0'] } },
      '{"a":[0,3],"b":2}',
    ],
    [
      'is not misled by nesting',
      '{"x":{"a":1,"s":"}\\\\"},"a":2}',
      { set: { a: '3' } },
      '{"x":{"a":1,"s":"}\\\\"},"a":3}',
    ],
    [
      'keeps big numbers',
      '{"n":12345678901234567890,"a":1}',
      { remove: ['a'] },
      '{"n":12345678901234567890}',
    ],
  ])('%s', (_, text, edits, expected) => {
    expect(splice(text, edits)).toBe(expected)
  })

  it('gives the same as parsing, editing and writing, for any object', () => {
    const random = createRandom(7)
    for (let round = 0; round < 3000; round += 1) {
      const { text, value } = randomObject(random)
      const names = ['a', 'b', 'model', 'ü"\\', '']
      const set = Object.fromEntries(
        names
          .filter(() => random() < 0.3)
          .map((name) => [name, JSON.stringify(randomValue(random, 2))]),
      )
      const remove = names.filter((name) => random() < 0.3 && !(name in set))
      const expected = { ...value }
      for (const name of remove) delete expected[name]
      for (const [name, json] of Object.entries(set)) expected[name] = JSON.parse(json)
      expect(JSON.parse(splice(text, { set, remove }))).toEqual(expected)
      expect(splice(text, {})).toBe(text)
    }
  })
})

function randomValue(random: () => number, depth: number): unknown {
  const kind = Math.floor(random() * (depth > 0 ? 6 : 4))
  if (kind === 0) return pick(random, [null, true, false, 0, -1.5e-7, 1e21])
  if (kind < 4) return pick(random, ['', '"', '\\', '\\"', '{"a":1}', 'ü🌍', '],}', 'a\nb\\\\'])
  const size = Math.floor(random() * 4)
  const children = Array.from({ length: size }, () => randomValue(random, depth - 1))
  return kind === 4
    ? children
    : Object.fromEntries(children.map((child, index) => [`k"${index}`, child]))
}

function randomObject(random: () => number): { text: string; value: Record<string, unknown> } {
  const space = () => pick(random, ['', '', ' ', '\n\t', '\r\n'])
  const members = Array.from({ length: Math.floor(random() * 6) }, () => {
    const name = pick(random, ['a', 'b', 'model', 'messages', 'ü"\\', ''])
    const json = JSON.stringify(randomValue(random, 3), undefined, pick(random, [0, 2]))
    return `${space()}${JSON.stringify(name)}${space()}:${space()}${json}${space()}`
  })
  const text = `${space()}{${members.length === 0 ? space() : members.join(',')}}${space()}`
  return { text, value: JSON.parse(text) as Record<string, unknown> }
}
