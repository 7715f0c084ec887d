import { describe, expect, it } from 'vitest'

import { jsonSyntaxError } from './json-syntax-error.ts'
import { parseJsonText, withGoNumbers } from './json-text.ts'

function parse(text: string): unknown {
  return parseJsonText(Buffer.from(text))
}

describe('syntax errors', () => {
  // As encoding/json reports them.
  it.each([
    ['', 'unexpected end of JSON input'],
    ['{"a":', 'unexpected end of JSON input'],
    ['{"a', 'unexpected end of JSON input'],
    ['a', "invalid character 'a' looking for beginning of value"],
    ['\ufeff{}', "invalid character 'ï' looking for beginning of value"],
    ['{}garbage', "invalid character 'g' after top-level value"],
    ['{}{}', "invalid character '{' after top-level value"],
    ['{a:1}', "invalid character 'a' looking for beginning of object key string"],
    ['{"a":1,}', "invalid character '}' looking for beginning of object key string"],
    ['{"a" 1}', "invalid character '1' after object key"],
    ['{"a":1 "b"}', `invalid character '"' after object key:value pair`],
    ['[1 2]', "invalid character '2' after array element"],
    ['[1,]', "invalid character ']' looking for beginning of value"],
    ['{"a":tru}', "invalid character '}' in literal true (expecting 'e')"],
    ['["\n"]', "invalid character '\\n' in string literal"],
    ['["\\x"]', "invalid character 'x' in string escape code"],
    ['["\\u12g4"]', "invalid character 'g' in \\u hexadecimal character escape"],
    ['[-]', "invalid character ']' in numeric literal"],
    ['[1.]', "invalid character ']' after decimal point in numeric literal"],
    ['[1e]', "invalid character ']' in exponent of numeric literal"],
    ['[01]', "invalid character '1' after array element"],
    ["'", "invalid character '\\'' looking for beginning of value"],
  ])('%s: %s', (text, message) => {
    expect(jsonSyntaxError(Buffer.from(text))).toBe(message)
    expect(() => parse(text)).toThrow(message)
  })

  it('accepts what is JSON', () => {
    const text = '{"a":[1,-0.5e+10,true,false,null,"\\u00e9\\n"],"b":{},"c":[]} '
    expect(jsonSyntaxError(Buffer.from(text))).toBeUndefined()
    expect(JSON.stringify(parse(text))).toBe(text.trim().replace('\\u00e9', 'é'))
  })

  it('refuses a text nested too deeply for the stack, in linear time', () => {
    const deep = `{"x":${'['.repeat(100_000)}${']'.repeat(100_000)}}`
    expect(() => parse(deep)).toThrow("invalid character '[' exceeded max depth")
    expect(() => parse(`"${'['.repeat(100_000)}"`)).not.toThrow()
  })
})

describe('numbers in fields without a type', () => {
  it.each([
    ['9007199254740993', '9007199254740993'],
    ['9223372036854775807', '9223372036854775807'],
    ['-9223372036854775808', '-9223372036854775808'],
    ['9223372036854775808', '9223372036854776000'],
    ['1.0', '1'],
    ['1e3', '1000'],
    ['-0', '0'],
    ['-0.0', '-0'],
    ['0.10', '0.1'],
    ['1e21', '1e+21'],
    ['1E-7', '1e-7'],
  ])('%s becomes %s', (spelling, expected) => {
    expect(JSON.stringify(withGoNumbers(parse(`{"a":[${spelling}]}`)))).toBe(`{"a":[${expected}]}`)
  })

  it('refuses what no double holds', () => {
    expect(() => withGoNumbers(parse('1e400'))).toThrow(
      'json: cannot unmarshal number 1e400 into Go value of type float64',
    )
  })
})

it('replaces half of a surrogate pair', () => {
  expect(parse('{"a":"\\ud800x","b":"\\ud83d\\ude00"}')).toEqual({ a: '\ufffdx', b: '😀' })
})
