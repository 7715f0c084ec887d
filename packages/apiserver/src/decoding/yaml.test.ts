import { describe, expect, it } from 'vitest'

import { writeYaml } from './write-yaml.ts'
import { parseYamlText } from './yaml-text.ts'

function read(text: string): string {
  return JSON.stringify(parseYamlText(Buffer.from(text)).value)
}

it('reads no further than the first of very many documents', () => {
  expect(read('---\na: 1\n'.repeat(250_000))).toBe('{"a":1}')
})

describe('nesting', () => {
  const deep = 120_000
  it.each([
    ['lists in brackets', `a: ${'['.repeat(deep)}${']'.repeat(deep)}`],
    ['maps in braces', `a: ${'{a: '.repeat(deep / 3)}`],
    ['lists in one line', '- '.repeat(deep)],
    ['keys in one line', '? '.repeat(deep)],
  ])('is refused soon when it is deep: %s', (_, text) => {
    expect(() => read(text)).toThrow('yaml: exceeded max depth')
  })

  it.each([
    `a: ${'[a: '.repeat(240)}x${']'.repeat(240)}`,
    `${'- '.repeat(480)}x`,
    Array.from({ length: 480 }, (_, depth) => `${' '.repeat(depth)}a:`).join('\n'),
  ])('of 480 levels is read', (text) => {
    expect(() => read(text)).not.toThrow()
  })
})

// What sigs.k8s.io/yaml 1.4 makes of these.
describe('reading YAML', () => {
  it.each([
    ['a: y\nb: yes\nc: on\nd: No\ne: "y"', '{"a":true,"b":true,"c":true,"d":false,"e":"y"}'],
    ['a: 0777\nb: 0x1F\nc: 0o17\nd: 0b11\ne: 08', '{"a":511,"b":31,"c":15,"d":3,"e":8}'],
    [
      'a: 190:20:30\nb: 1_000\nc: +1\nd: .5\ne: 1.',
      '{"a":"190:20:30","b":1000,"c":1,"d":0.5,"e":1}',
    ],
    ['a: 2001-01-01\nb: ~\nc: 1e3\nd: 1e400', '{"a":"2001-01-01","b":null,"c":1000,"d":"1e400"}'],
    [
      'a: 9007199254740993\nb: 18446744073709551615',
      '{"a":9007199254740993,"b":18446744073709551615}',
    ],
    ['1: a\n1.5: b\ntrue: c', '{"1":"a","1.5":"b","true":"c"}'],
    ['b: 1\na: 2\nb: 3', '{"a":2,"b":3}'],
    ['a: &x {b: 1}\nc:\n  <<: *x\n  d: 2\n', '{"a":{"b":1},"c":{"b":1,"d":2}}'],
    ['a: 1\n---\nb: 2\n', '{"a":1}'],
    ['a: |\n  x\n  y\nb: >\n  x\n  y\n', '{"a":"x\\ny\\n","b":"x y\\n"}'],
    ['a: !!binary aGVsbG8=\nb: !!str 5\nc: !foo x\n', '{"a":"hello","b":"5","c":"x"}'],
    ['', 'null'],
  ])('%s', (text, json) => {
    expect(read(text)).toBe(json)
  })

  it.each([
    ['a: *b\n', "yaml: unknown anchor 'b' referenced"],
    ['a: .inf\n', 'json: unsupported value: +Inf'],
    ['a: &a [*a]\n', "yaml: anchor 'a' value contains itself"],
    ['a: [1,2\n', "yaml: line 1: did not find expected ',' or ']'"],
    ['a: [\n', 'yaml: line 1: did not find expected node content'],
    ['a:\n\t- b\n', 'yaml: line 2: found character that cannot start any token'],
    ['a: "x\n', 'yaml: line 2: found unexpected end of stream'],
    ['%YAML 1.2\n---\na: 1\n', 'yaml: found incompatible YAML document'],
    ['a: b: c\n', 'yaml: mapping values are not allowed in this context'],
  ])('refuses %s', (text, message) => {
    expect(() => read(text)).toThrow(message)
  })

  it('refuses aliases that multiply', () => {
    let text = `a: &a [${'"x",'.repeat(9)}]\n`
    for (const name of ['b', 'c', 'd', 'e', 'f', 'g', 'h']) {
      const before = String.fromCharCode(name.charCodeAt(0) - 1)
      text += `${name}: &${name} [${`*${before},`.repeat(9)}]\n`
    }
    expect(() => read(text)).toThrow('yaml: document contains excessive aliasing')
  })

  it('names keys that occur twice', () => {
    const { duplicateKeys } = parseYamlText(Buffer.from('a: 1\nb:\n  c: 1\n  c: 2\na: 3\n'))
    expect(duplicateKeys).toEqual([
      'line 4: key "c" already set in map',
      'line 5: key "a" already set in map',
    ])
  })
})

describe('writing YAML', () => {
  it('writes as Kubernetes does', () => {
    const value = {
      kind: 'ConfigMap',
      data: { a: 'y', b: '0777', c: 'x: y', d: 'multi\nline\n', e: '', n: 'null', y: '- x' },
      times: ['2026-11-26T20:49:38Z', '1:20', 'a#b', 'a #b', ' lead', "'q'", 'tab\there', '@x'],
      empty: [[], {}, null],
      numbers: { a10: 1.5, a2: 1e21, a1: 1e-7, b: true },
      items: [{ a: 1, b: [1, 2] }, ['x']],
      long: `${'x'.repeat(50)} ${'y'.repeat(40)} z`,
    }
    expect(writeYaml(value)).toBe(`data:
  a: "y"
  b: "0777"
  c: 'x: y'
  d: |
    multi
    line
  e: ""
  "n": "null"
  "y": '- x'
empty:
- []
- {}
- null
items:
- a: 1
  b:
  - 1
  - 2
- - x
kind: ConfigMap
long: ${'x'.repeat(50)} ${'y'.repeat(40)}
  z
numbers:
  a1: 1e-07
  a2: 1e+21
  a10: 1.5
  b: true
times:
- "2026-11-26T20:49:38Z"
- "1:20"
- a#b
- 'a #b'
- ' lead'
- '''q'''
- "tab\\there"
- '@x'
`)
  })

  it('can be read again', () => {
    const texts = [
      'a\n\nb\n\n',
      '\n',
      ' \nx',
      'é😀',
      '\0\u0085',
      'x'.repeat(200),
      '? a',
      '---',
      'a\r\nb',
    ]
    const value = Object.fromEntries(texts.map((text, index) => [`k${index}`, text]))
    expect(parseYamlText(Buffer.from(writeYaml(value))).value).toEqual(value)
  })
})
