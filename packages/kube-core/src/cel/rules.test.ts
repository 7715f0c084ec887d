import { describe, expect, it } from 'vitest'
import { fieldErrorMessage } from '../field-error.ts'
import type { StructuralSchema, ValidationRule } from '../schema/structural-schema.ts'
import { compileRules } from './compile-rules.ts'
import { evaluateRules } from './evaluate-rules.ts'

const spec: StructuralSchema = {
  type: 'object',
  properties: {
    replicas: { type: 'integer' },
    ratio: { type: 'number' },
    name: { type: 'string' },
    text: { type: 'string' },
    port: { 'x-kubernetes-int-or-string': true },
    at: { type: 'string', format: 'date-time' },
    later: { type: 'string', format: 'date-time' },
    wait: { type: 'string', format: 'duration' },
    'dash-ed': { type: 'string' },
    namespace: { type: 'string' },
    nothing: { type: 'string', nullable: true },
    tags: { type: 'array', items: { type: 'string' } },
    numbers: { type: 'array', items: { type: 'integer' } },
    labels: { type: 'object', additionalProperties: { type: 'string' } },
    free: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
    a: {
      type: 'object',
      properties: { b: { type: 'object', properties: { c: { type: 'string' } } } },
    },
  },
}

const full = {
  replicas: 3,
  ratio: 2,
  name: 'web-1',
  text: 'https://a.example:8443/x?y=1&y=2',
  port: 80,
  at: '2027-01-01T00:00:00Z',
  later: '2027-01-01T01:00:00Z',
  wait: '90s',
  'dash-ed': 'd',
  namespace: 'n',
  nothing: null,
  tags: ['a', 'b', 'c'],
  numbers: [3, 1, 2],
  labels: { x: '1' },
  free: { any: { deep: 5 } },
  a: { b: { c: 'deep' } },
}

function root(rules: ValidationRule[], schema = spec): StructuralSchema {
  return { type: 'object', properties: { spec: { ...schema, 'x-kubernetes-validations': rules } } }
}

function compileErrors(rule: ValidationRule, schema = spec): string[] {
  return compileRules(root([rule], schema)).errors.map(fieldErrorMessage)
}

function run(rules: ValidationRule[], value: unknown, old?: unknown, schema = spec): string[] {
  const compiled = compileRules(root(rules, schema))
  expect(compiled.errors).toEqual([])
  const stored = old === undefined ? undefined : { spec: old }
  return evaluateRules(compiled.rules, { spec: value }, stored).map(fieldErrorMessage)
}

describe('evaluateRules', () => {
  it.each([
    'self.replicas == 3 && self.replicas < 4',
    'self.ratio == 2.0 && self.ratio / 4.0 == 0.5',
    'type(self.port) == int && self.port == 80',
    'self.later - self.at == duration("1h")',
    'self.wait > duration("1m")',
    "self.dash__dash__ed == 'd' && self.__namespace__ == 'n'",
    "has(self.a.b.c) && !has(self.labels.y) && 'x' in self.labels",
    "self.tags.all(t, size(t) == 1) && self.tags.exists_one(t, t == 'b')",
    "self.tags.map(t, t + 'x') == ['ax', 'bx', 'cx'] && self.tags.filter(t, t != 'a').size() == 2",
    "self.labels.all(k, self.labels[k] == '1')",
    'self.tags.isSorted() && !self.numbers.isSorted()',
    'self.numbers.sum() == 6 && self.numbers.min() == 1 && self.numbers.max() == 3',
    "self.tags.indexOf('b') == 1 && self.tags.lastIndexOf('z') == -1",
    "'hello'.indexOf('l') == 2 && 'a-b'.split('-') == ['a', 'b']",
    "self.name.matches('^[a-z]+-[0-9]$') && self.name.find('[0-9]+') == '1'",
    "'a1b22'.findAll('[0-9]+') == ['1', '22'] && 'a1b22'.findAll('[0-9]+', 1) == ['1']",
    "isURL(self.text) && !isURL('a b') && url(self.text).getHost() == 'a.example:8443'",
    "url(self.text).getPort() == '8443' && url(self.text).getHostname() == 'a.example'",
    "url(self.text).getScheme() == 'https' && url(self.text).getQuery()['y'] == ['1', '2']",
    "quantity('1.5Gi').isGreaterThan(quantity('1G')) && quantity('1k') == quantity('1000')",
    "quantity('500m').add(quantity('500m')).asInteger() == 1 && isQuantity('1Ki') && !isQuantity('x')",
    'sets.contains([1, 2, 3], [2]) && sets.equivalent([1, 2], [2, 1, 1]) && !sets.intersects([1], [2])',
    "isIP('10.0.0.1') && ip('::1').isLoopback() && ip('10.0.0.1').family() == 4",
    "string(ip('2001:db8:0:0:0:0:0:1')) == '2001:db8::1' && ip.isCanonical('::1')",
    "cidr('10.0.0.0/8').containsIP('10.2.3.4') && cidr('10.0.0.0/8').containsCIDR('10.1.0.0/16')",
    "cidr('10.1.2.3/8').masked() == cidr('10.0.0.0/8') && cidr('10.0.0.0/8').prefixLength() == 8",
    "!format.dns1123Label().validate('ok').hasValue() && format.uri().validate('a b').hasValue()",
    "self.?name.orValue('x') == 'web-1' && self.labels[?'y'].orValue('none') == 'none'",
    "self.?a.b.c.orValue('') == 'deep' && self.?a.?b.?c.hasValue()",
    "self.?name.optMap(n, n + '!').orValue('') == 'web-1!'",
    'optional.of(1).optFlatMap(n, optional.of(n + 1)).value() == 2',
    "'%d of %s'.format([self.replicas, self.name]) == '3 of web-1'",
    '!has(self.nothing) && self.free == self.free',
    "self.name != '' // a comment with .? and [?",
    "'.?not[?syntax' == '.?not' + '[?syntax'",
  ])('holds: %s', (rule) => {
    expect(run([{ rule }], full)).toEqual([])
  })

  it('says which rule failed, or the message', () => {
    const rule = 'self.replicas > 5'
    expect(run([{ rule }], full)).toEqual([`spec: Invalid value: "object": failed rule: ${rule}`])
    expect(run([{ rule, message: 'too few' }], full)).toEqual([
      'spec: Invalid value: "object": too few',
    ])
    const messageExpression = "'has ' + string(self.replicas)"
    expect(run([{ rule, messageExpression, message: 'x' }], full)).toEqual([
      'spec: Invalid value: "object": has 3',
    ])
  })

  it('places and types the error as the rule says', () => {
    const rule = 'self.replicas > 5'
    expect(
      run([{ rule, fieldPath: '.replicas', reason: 'FieldValueRequired', message: 'm' }], full),
    ).toEqual(['spec.replicas: Required value: m'])
    expect(run([{ rule, reason: 'FieldValueForbidden', message: 'm' }], full)).toEqual([
      'spec: Forbidden: m',
    ])
  })

  it('reports what fails while a rule runs', () => {
    expect(run([{ rule: "self.labels['y'] == ''" }], full)).toEqual([
      `spec: Invalid value: "object": no such key: y evaluating rule: self.labels['y'] == ''`,
    ])
    expect(run([{ rule: 'self.replicas / 0 == 1' }], full)).toEqual([
      'spec: Invalid value: "object": division by zero evaluating rule: self.replicas / 0 == 1',
    ])
    expect(run([{ rule: "self.port + 'x' == ''" }], full)[0]).toContain(
      'call arguments did not match a supported operator, function or macro signature',
    )
  })

  it('runs transition rules only where there is a counterpart', () => {
    const rules = [{ rule: 'self.replicas >= oldSelf.replicas' }]
    expect(run(rules, { replicas: 1 })).toEqual([])
    expect(run(rules, { replicas: 1 }, { replicas: 2 })).toHaveLength(1)
    const optional = [{ rule: 'oldSelf.hasValue() || self.replicas == 0', optionalOldSelf: true }]
    expect(run(optional, { replicas: 1 })).toHaveLength(1)
    expect(run(optional, { replicas: 1 }, { replicas: 1 })).toEqual([])
  })

  it('finds the counterpart of an item of a map list by its keys', () => {
    const list: StructuralSchema = {
      type: 'object',
      properties: {
        items: {
          type: 'array',
          'x-kubernetes-list-type': 'map',
          'x-kubernetes-list-map-keys': ['name'],
          items: {
            type: 'object',
            properties: { name: { type: 'string' }, value: { type: 'string' } },
            'x-kubernetes-validations': [{ rule: 'self == oldSelf', message: 'immutable' }],
          },
        },
      },
    }
    const old = {
      items: [
        { name: 'a', value: '1' },
        { name: 'b', value: '2' },
      ],
    }
    expect(
      run(
        [],
        {
          items: [
            { name: 'c', value: '9' },
            { name: 'a', value: '1' },
          ],
        },
        old,
        list,
      ),
    ).toEqual([])
    expect(run([], { items: [{ name: 'c' }, { name: 'a', value: '2' }] }, old, list)).toEqual([
      'spec.items[1]: Invalid value: "object": immutable',
    ])
  })

  it('ends rules that cost too much', () => {
    const numbers = Array.from({ length: 3000 }, (_, index) => index)
    const nested = 'self.numbers.all(a, self.numbers.all(b, self.numbers.all(c, a + b + c >= 0)))'
    expect(run([{ rule: nested }], { numbers })).toEqual([
      `spec: Invalid value: "object": 'operation cancelled: actual cost limit exceeded': no further validation rules will be run due to call cost exceeds limit for rule: ${nested}`,
    ])
    expect(
      run([{ rule: "self.text.findAll('(a+)+b').size() == 0" }], { text: 'a'.repeat(50_000) })[0],
    ).toContain('cost limit exceeded')
  })

  it('builds long lists without trouble', () => {
    const numbers = Array.from({ length: 20_000 }, (_, index) => index)
    const rule = 'self.numbers.map(a, a + 1).filter(a, a > 5).size() == 19995'
    expect(run([{ rule }], { numbers })).toEqual([])
  })

  it('does not let texts explode', () => {
    const rule = "self.text.replace('', self.text).size() > 0"
    expect(run([{ rule }], { text: 'a'.repeat(100_000) })[0]).toContain('cost limit exceeded')
  })

  it('ends when many cheap rules cost too much together', () => {
    const numbers = Array.from({ length: 60_000 }, (_, index) => index)
    const rules = Array.from({ length: 60 }, (_, index) => ({
      rule: `self.numbers.all(a, a > -${index + 1})`,
    }))
    expect(run(rules, { numbers }).at(-1)).toBe(
      'spec: Invalid value: "object": validation failed due to running out of cost budget, no further validation rules will be run',
    )
  })
})

describe('compileRules', () => {
  const at = 'properties[spec].x-kubernetes-validations[0]'

  it.each<[string, ValidationRule, string]>([
    ['syntax', { rule: 'self.' }, 'compilation failed: ERROR'],
    ['an unknown field', { rule: "self.nope == ''" }, "ERROR: <input>:1:5: undefined field 'nope'"],
    [
      'an unknown variable',
      { rule: 'other == 1' },
      "undeclared reference to 'other' (in container '')",
    ],
    ['an unknown function', { rule: 'frob(self.name)' }, "undeclared reference to 'frob'"],
    [
      'different types',
      { rule: 'self.name == 1' },
      "found no matching overload for '_==_' applied to '(string, int)'",
    ],
    [
      'a sum of different types',
      { rule: 'self.replicas + 1.5 > 2.0' },
      "'_+_' applied to '(int, double)'",
    ],
    [
      'a result that is no bool',
      { rule: 'self.replicas + 1' },
      'cel expression must evaluate to a bool',
    ],
    ['a field that nothing declares', { rule: 'self.free.any == 5' }, "undefined field 'any'"],
    [
      'a field of a text',
      { rule: "self.name.x == ''" },
      "type 'string' does not support field selection",
    ],
    [
      'a field of an item',
      { rule: 'self.tags.all(t, t.x)' },
      "type 'string' does not support field selection",
    ],
  ])('refuses %s', (_, rule, expected) => {
    const [message] = compileErrors(rule)
    expect(message).toContain(`${at}.rule: Invalid value: `)
    expect(message).toContain(expected)
  })

  it('lets root rules see the name only of the metadata', () => {
    const schema = (rule: string): StructuralSchema => ({
      type: 'object',
      'x-kubernetes-validations': [{ rule }],
    })
    const { rules, errors } = compileRules(schema("self.metadata.name == 'a'"))
    expect(errors).toEqual([])
    expect(evaluateRules(rules, { metadata: { name: 'a', labels: {} } }, undefined)).toEqual([])
    expect(compileRules(schema("self.metadata.labels.x == ''")).errors).toHaveLength(1)
  })
})
