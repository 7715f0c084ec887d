import { expect, test } from 'vitest'
import { parseAlternativeNames } from './peer-certificate.ts'

test.each<[string, readonly [string, string][]]>([
  ['', []],
  ['DNS:a.example', [['DNS', 'a.example']]],
  [
    'DNS:a.example, URI:spiffe://trust/ns/a/sa/b, IP Address:::1',
    [
      ['DNS', 'a.example'],
      ['URI', 'spiffe://trust/ns/a/sa/b'],
      ['IP Address', '::1'],
    ],
  ],
  // What a certificate may hold in order to look like another.
  ['DNS:"a.example, DNS:b.example"', [['DNS', 'a.example, DNS:b.example']]],
  [
    'URI:"a\\"b", DNS:c',
    [
      ['URI', 'a"b'],
      ['DNS', 'c'],
    ],
  ],
  ['DNS:a"b', []],
  ['DNS:"\\x"', []],
  ['nonsense', []],
])('%s', (text, names) => {
  expect(parseAlternativeNames(text).map(({ type, value }) => [type, value])).toEqual(names)
})

test('a long list takes linear time', () => {
  const text = Array.from({ length: 20_000 }, (_, index) => `DNS:${index}.example`).join(', ')
  expect(parseAlternativeNames(text)).toHaveLength(20_000)
  expect(parseAlternativeNames(`DNS:"${'\\'.repeat(200_000)}`)).toEqual([])
})
