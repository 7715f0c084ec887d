import type { SeededRandom } from '@fairlead/base/testing'
import { fields, type JsonNode } from './json-node.ts'

const numbers: readonly JsonNode[] = [
  0,
  -1,
  0.5,
  1e308,
  2 ** 53,
  -(2 ** 63),
  { bytes: '1e400' },
  { bytes: '-1e400' },
  { bytes: '-0' },
  { bytes: '1E+0000000000000000001' },
  { bytes: '123456789012345678901234567890' },
  { bytes: `0.${'1'.repeat(400)}` },
]

const strings: readonly JsonNode[] = [
  '',
  ' ',
  '\u0000',
  '\ud800',
  'a\udc00b',
  '\u2028\u2029\ufeff',
  '🏳️‍🌈'.repeat(20),
  'e\u0301'.repeat(50),
  '\r\nx-injected: 1\r\n\r\n',
  'data: [DONE]\n\n',
  '{{date}} {{#if x}} {{',
  '../../etc/passwd',
  'x'.repeat(70_000),
  'constructor',
  '__proto__',
  'default/persona',
  'new',
  { bytes: '"\\ud800\\ud800"' },
  { bytes: '"\\u0000"' },
  { bytes: '"\xff\xfe"' },
  { bytes: '"\xc0\x80"' },
]

const others: readonly JsonNode[] = [
  true,
  false,
  null,
  [],
  {
    fields: [],
  },
  [null],
  [[]],
  fields({ type: null }),
  fields({ type: '__proto__' }),
  fields({ __proto__x: 1, constructor: 1, toString: 1, hasOwnProperty: 1 }),
  {
    fields: [['__proto__', fields({ role: 'user', content: 'x', type: 'function' })]],
  },
  { bytes: 'nul' },
  { bytes: 'NaN' },
  { bytes: '/* no comment */ 1' },
  { bytes: '' },
]

/** Depths around the places where readers and writers that recurse give up. */
const depths = [10, 100, 1000, 5000, 50_000]

/** A value of which some reader does not think. */
export function hostileValue(random: SeededRandom): JsonNode {
  if (random.chance(0.03)) {
    return { depth: random.pick(depths), of: random.pick(['arrays', 'objects']) }
  }
  return random.pick(random.pick([numbers, strings, others]))
}

/** A key that is one of an object's own in other languages, or almost one that is known. */
export function hostileKey(random: SeededRandom, key: string): string {
  return random.pick([
    '__proto__',
    'constructor',
    'toString',
    '',
    key.toUpperCase(),
    `${key.slice(0, 1).toUpperCase()}${key.slice(1)}`,
    ` ${key}`,
    `${key}\u0000`,
    key.replace('s', 'ſ'),
    'x'.repeat(1000),
  ])
}
