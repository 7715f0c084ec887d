import { describe, expect, it } from 'vitest'
import { canonicalJson } from './canonical-json.ts'
import { arrayOrEmpty, countOrZero, isJsonObject, objectOrEmpty } from './json-value.ts'
import { parseJson, parseJsonOrUndefined } from './parse-json.ts'
import { isRawNumber, numberOrUndefined, rawNumber } from './raw-number.ts'

const respelled = [
  '12345678901234567890',
  '-9223372036854775808',
  '9007199254740993',
  '1.0',
  '-0',
  '-0.0',
  '0.10',
  '1e400',
  '-1E400',
  '1e-400',
  '1E5',
  '1e+2',
  '0.0000001',
  '3.14159265358979323846',
  '1000000000000000000000',
  '0e0',
]
const plain = ['0', '7', '-1', '0.7', '1e+21', '1e-7', '123456789012345', '9007199254740991', '1.5']

describe('parseJson', () => {
  it.each(respelled)('keeps %s', (text) => {
    for (const json of [text, `[${text}]`, `{"a":{"b":[1,${text}]}}`]) {
      expect(JSON.stringify(parseJson(json))).toBe(json)
    }
    expect(isRawNumber(parseJson(text))).toBe(true)
  })

  it.each(plain)('reads %s as JavaScript does', (text) => {
    expect(parseJson(` [ ${text} ] `)).toEqual([Number(text)])
  })

  it('looks at numbers only, not at what strings say', () => {
    const text = String.raw`{"1.0":"1.0","a":"\\\"[1.0,1e400]","b\"":" 1.0 ","c":[2]}`
    expect(parseJson(text)).toEqual(JSON.parse(text))
    expect(JSON.stringify(parseJson(text.replace('[2]', '[2.0]')))).toBe(
      text.replace('[2]', '[2.0]'),
    )
  })

  it.each([
    ['{"a":1.0,"a":1}', '{"a":1}'],
    ['{"a":1,"a":1.0}', '{"a":1.0}'],
    ['{"a":{"x":1.0},"a":{"x":2}}', '{"a":{"x":2}}'],
    ['{"a":{"x":1.0},"a":{"y":2.0}}', '{"a":{"y":2.0}}'],
    ['{"a":{"x":1.0},"a":{}}', '{"a":{}}'],
    ['{"a":[1.0,2],"a":["s"]}', '{"a":["s"]}'],
    ['{"a":[1.0],"a":{"0":3}}', '{"a":{"0":3}}'],
    ['{"a":[{"x":1.0}],"a":[{"x":{}}]}', '{"a":[{"x":{}}]}'],
    [String.raw`{"\u0061":1.0,"a":5,"a":1e2}`, '{"a":1e2}'],
  ])('takes the last of fields with one name: %s', (text, expected) => {
    expect(JSON.stringify(parseJson(text))).toBe(expected)
  })

  it('takes no field for a prototype', () => {
    const text = '{"__proto__":{"a":1.0},"constructor":2.0,"b":{"__proto__":3.0}}'
    expect(JSON.stringify(parseJson(text))).toBe(text)
    expect(JSON.stringify(parseJson('[{"toString":1.0},{}]'))).toBe('[{"toString":1.0},{}]')
  })

  it('needs no stack, however deep a text is nested', () => {
    const depth = 100_000
    let value = parseJson(`${'[1.0,'.repeat(depth)}2.0${']'.repeat(depth)}`)
    for (let level = 0; level < depth; level += 1) value = arrayOrEmpty(value)[1]
    expect(JSON.stringify(value)).toBe('2.0')
  })

  it('agrees with JSON.stringify on which numbers need their spelling', () => {
    const random = seeded(5)
    for (let round = 0; round < 20_000; round += 1) {
      const text = randomNumber(random)
      expect([text, isRawNumber(parseJson(text))]).toEqual([
        text,
        JSON.stringify(JSON.parse(text)) !== text,
      ])
    }
  })

  it('refuses what is no JSON', () => {
    for (const text of ['', '1.', '01.0', '[1.0', '{"a":1.0,}', '1.0 2', 'Infinity']) {
      expect(() => parseJson(text)).toThrow(SyntaxError)
      expect(parseJsonOrUndefined(text)).toBeUndefined()
    }
  })

  it('gives back any text, but for white space', () => {
    const random = seeded(11)
    for (let round = 0; round < 3000; round += 1) {
      const text = randomJson(random, 4)
      const spaced = text.replaceAll(tokens, (token) => `${pick(random, spaces)}${token}`)
      expect(JSON.stringify(parseJson(spaced))).toBe(text)
      expect(valuesOf(parseJson(spaced))).toEqual(JSON.parse(text))
    }
  })
})

describe('a number in its own spelling', () => {
  const value = rawNumber('3.0')

  it('is a number, and no object', () => {
    expect(numberOrUndefined(value)).toBe(3)
    expect(numberOrUndefined(rawNumber('1e400'))).toBe(Number.POSITIVE_INFINITY)
    expect(numberOrUndefined({ rawJSON: '3.0' })).toBeUndefined()
    expect(countOrZero(value)).toBe(3)
    expect(countOrZero(rawNumber('1e400'))).toBe(0)
    expect(isJsonObject(value)).toBe(false)
    expect(objectOrEmpty(value)).toEqual({})
  })

  it.each([
    ['1.0', '1'],
    ['-0', '0'],
    ['0.0e9', '0'],
    ['1E5', '100000'],
    ['0.10', '0.1'],
    ['12345678901234567890', '1234567890123456789e1'],
    ['12345678901234567890.0', '1234567890123456789e1'],
    ['9007199254740993', '9007199254740993e0'],
    ['100e398', '1e400'],
    ['1e400', '1e400'],
  ])('has one canonical form: %s', (text, canonical) => {
    expect(canonicalJson(parseJson(`{"a":[${text}]}`))).toBe(`{"a":[${canonical}]}`)
  })
})

/** As JSON.parse reads them. */
function valuesOf(value: unknown): unknown {
  if (isRawNumber(value)) return Number(value.rawJSON)
  if (Array.isArray(value)) return value.map(valuesOf)
  if (!isJsonObject(value)) return value
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, valuesOf(member)]))
}

const tokens = /"(?:[^"\\]|\\.)*"|[^\s"[\]{}:,]+|[[\]{}:,]/g
const spaces = ['', '', ' ', '\n\t', '\r']
const texts = ['', 'a', 'b', '__proto__', 'é"\\', ' 1.0 ', ',"x":1e400', '\u2028', '7']

function randomNumber(random: () => number): string {
  const digits = (max: number) =>
    Array.from({ length: 1 + Math.floor(random() * max) }, () =>
      pick(random, '000123456789'.split('')),
    ).join('')
  const whole = digits(pick(random, [1, 3, 18])).replace(/^0+(?=.)/, '')
  const fraction = random() < 0.6 ? `.${digits(pick(random, [2, 9, 18]))}` : ''
  const exponent =
    random() < 0.2 ? `${pick(random, ['e', 'E'])}${pick(random, ['', '-', '+'])}${digits(2)}` : ''
  return `${random() < 0.3 ? '-' : ''}${whole}${fraction}${exponent}`
}

function randomJson(random: () => number, depth: number): string {
  const members = () => Array.from({ length: Math.floor(random() * 4) })
  switch (Math.floor(random() * (depth === 0 ? 4 : 7))) {
    case 0:
    case 1:
      return pick(random, [...respelled, ...plain])
    case 2:
      return JSON.stringify(pick(random, texts))
    case 3:
      return pick(random, ['true', 'false', 'null'])
    case 4:
      return `[${members()
        .map(() => randomJson(random, depth - 1))
        .join(',')}]`
    default: {
      // Names that are whole numbers come first in JavaScript, whatever their order in the text.
      const names = new Set(members().map(() => pick(random, texts)))
      const sorted = [...names].toSorted(
        (one, other) => Number(other === '7') - Number(one === '7'),
      )
      return `{${sorted
        .map((name) => `${JSON.stringify(name)}:${randomJson(random, depth - 1)}`)
        .join(',')}}`
    }
  }
}

function pick<T>(random: () => number, from: readonly T[]): T {
  return from[Math.floor(random() * from.length)] as T
}

function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 0x1_0000_0000
  }
}
