import { describe, expect, it } from 'vitest'
import { labelSelectorFrom, parseLabelSelector } from './label-selector.ts'

describe('parseLabelSelector', () => {
  it.each([
    ['', ''],
    ['a=b', 'a=b'],
    [' x.io/k == v ', 'x.io/k==v'],
    ['b!=1,a', 'a,b!=1'],
    ['a in (y, x,y)', 'a in (x,y)'],
    ['a notin (x)', 'a notin (x)'],
    ['!a,b', '!a,b'],
    ['a=', 'a='],
    ['a in ()', 'a in ()'],
    ['a in (x,)', 'a in (,x)'],
    ['in=in,notin', 'in=in,notin'],
    ['a>5,b<7', 'a>5,b<7'],
  ])('reads %j as %j', (text, expected) => {
    expect(parseLabelSelector(text).toString()).toBe(expected)
  })

  it.each([
    ['a b', "unable to parse requirement: found 'b', expected: in, notin, =, ==, !=, gt, lt"],
    ['a,', "found '', expected: identifier after ','"],
    ['a=b=c', "found '=', expected: ',' or 'end of string'"],
    ['=a', "found '=', expected: !, identifier, or 'end of string'"],
    ['a in x', "unable to parse requirement: found 'x' expected: '('"],
    ['a in (x', "unable to parse requirement: found '', expected: ',' or ')'"],
    ['a in (x,', "unable to parse requirement: found '', expected: ',', or identifier"],
    [
      'a>x',
      `unable to parse requirement: values[0]: Invalid value: "x": for 'Gt', 'Lt' operators, the value must be an integer`,
    ],
    [
      '@',
      `unable to parse requirement: <nil>: Invalid value: "@": name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')`,
    ],
  ])('rejects %j', (text, message) => {
    expect(() => parseLabelSelector(text)).toThrow(message)
  })

  it.each([
    ['a=1', { a: '1' }, true],
    ['a=1', { a: '2' }, false],
    ['a=1', {}, false],
    ['a!=1', {}, true],
    ['a!=1', { a: '1' }, false],
    ['a in (1,2)', { a: '2' }, true],
    ['a notin (1)', {}, true],
    ['a', { a: '' }, true],
    ['!a', { a: '' }, false],
    ['a>5', { a: '10' }, true],
    ['a>5', { a: 'x' }, false],
    ['a<5', { a: '-1' }, true],
    ['toString', {}, false],
    ['a=1,b=2', { a: '1', b: '3' }, false],
    ['', undefined, true],
  ])('%j with %j matches: %s', (text, labels, expected) => {
    expect(parseLabelSelector(text).matches(labels)).toBe(expected)
  })
})

it('refuses any number of symbols', () => {
  expect(() => parseLabelSelector('('.repeat(300_000))).toThrow("found '(', expected: !")
})

describe('labelSelectorFrom', () => {
  it('joins labels and expressions', () => {
    const selector = labelSelectorFrom({
      matchLabels: { b: '1' },
      matchExpressions: [
        { key: 'c', operator: 'In', values: ['y', 'x'] },
        { key: 'a', operator: 'DoesNotExist' },
      ],
    })
    expect(selector.toString()).toBe('!a,b=1,c in (x,y)')
    expect(selector.matches({ b: '1', c: 'x' })).toBe(true)
    expect(selector.matches({ a: '', b: '1', c: 'x' })).toBe(false)
  })

  it('is empty without terms', () => {
    expect(labelSelectorFrom({}).empty).toBe(true)
  })

  it.each([
    [{ key: 'a', operator: 'In' as const, values: [] }, "values set can't be empty"],
    [{ key: 'a', operator: 'Exists' as const, values: ['x'] }, 'values set must be empty'],
    [{ key: 'a b', operator: 'Exists' as const }, 'key: Invalid value: "a b"'],
  ])('rejects %j', (expression, message) => {
    expect(() => labelSelectorFrom({ matchExpressions: [expression] })).toThrow(message)
  })
})
