import { describe, expect, it } from 'vitest'
import { parseFlag, parseInteger, parseResourceVersion } from './query-parameters.ts'

const query = (text: string): URLSearchParams => new URLSearchParams(text)

describe('parseFlag', () => {
  it.each([
    ['', undefined],
    ['watch', true],
    ['watch=', true],
    ['watch=1', true],
    ['watch=anything', true],
    ['watch=0', false],
    ['watch=False', false],
    ['watch=false&watch=true', false],
  ])('reads %j as %j', (text, value) => expect(parseFlag(query(text), 'watch')).toBe(value))
})

describe('parseInteger', () => {
  it.each([
    ['', undefined],
    ['limit=5', 5],
    ['limit=-1', -1],
    ['limit=%2B7', 7],
  ])('reads %j as %j', (text, value) => expect(parseInteger(query(text), 'limit')).toBe(value))

  it.each([
    ['limit=', 'strconv.ParseInt: parsing "": invalid syntax'],
    ['limit=x', 'strconv.ParseInt: parsing "x": invalid syntax'],
    ['limit=1.5', 'strconv.ParseInt: parsing "1.5": invalid syntax'],
    [`limit=${2n ** 63n}`, 'strconv.ParseInt: parsing "9223372036854775808": value out of range'],
    [`limit=${'9'.repeat(1000)}`, /value out of range/],
  ])('refuses %.30j', (text, message) => {
    expect(() => parseInteger(query(text), 'limit')).toThrow(message)
  })
})

it('reads resource versions, and reports others as the real server does', () => {
  expect(parseResourceVersion('')).toBe(0)
  expect(parseResourceVersion('17')).toBe(17)
  const message =
    'resourceVersion: Invalid value: "-1": strconv.ParseUint: parsing "-1": invalid syntax'
  expect(() => parseResourceVersion('-1')).toThrow(
    expect.objectContaining({ code: 400, reason: 'BadRequest', message }) as Error,
  )
  expect(() => parseResourceVersion('9'.repeat(21))).toThrow('value out of range')
})
