import { dyn, int, listOf, mapOf, string, toDynamic, type CelType } from '@fairlead/cel'
import { describe, expect, it, test } from 'vitest'

import { createRuleEnvironment } from './rule-compiler.ts'

const types = new Map<string, CelType>([
  ['s', string],
  ['i', int],
  ['l', listOf(string)],
  ['n', listOf(int)],
  ['m', mapOf(string)],
  ['o', dyn],
])
const values = {
  s: 'hello world, this is long',
  i: 3n,
  l: toDynamic(['a', 'bb', 'a rather long text']),
  n: toDynamic([3, 1, 2]),
  m: toDynamic({ k: 'v', key: 'a rather long text' }),
  o: toDynamic({ a: { b: 1 }, t: 'some text here', l: [{ x: 1 }, { x: 2 }] }),
}

/** What cel-go 0.22 tracks with the libraries and the options of Kubernetes 1.32. */
const costs: readonly (readonly [expression: string, cost: number])[] = [
  ['i', 1],
  ['i == 3', 2],
  ["s == 'abc'", 2],
  ["s.startsWith('hello')", 4],
  ["s.contains('world')", 4],
  ["s.matches('^hello.*$')", 10],
  ["matches(s, 'h')", 2],
  ["s + 'x' == 'y'", 5],
  ['o.a.b == 1', 4],
  ['has(o.a)', 1],
  ['has(o.a.b)', 2],
  ['has(o.a.c)', 2],
  ["o['a']", 2],
  ["o['a']['b'] == 1", 4],
  ["m['k'] == 'v'", 3],
  ['l[0]', 2],
  ['l[i - 3]', 4],
  ['l[n[1]]', 3],
  ["l.all(x, x != '')", 14],
  ["l.exists(x, x == 'bb')", 17],
  ["l.exists_one(x, x == 'bb')", 11],
  ["l.map(x, x + 'y')", 45],
  ['l.filter(x, x.size() > 1)', 37],
  ["m.all(k, m[k] != '')", 12],
  ['o.l.all(e, e.x > 0)', 15],
  ['i in [1, 2, 3]', 1],
  ["s in ['a', 'b']", 1],
  ['s in l', 5],
  ["'k' in m", 2],
  ['[1, 2, 3].size()', 1],
  ['[i, 2, 3].size()', 12],
  ["{'a': 1}.size()", 1],
  ["{'a': i}.size()", 32],
  ["{'a': i}.a", 33],
  ["{'a': 1}.a", 2],
  ['i > 2 ? i : 4', 2],
  ['i > 2 ? i + 1 : i + 2', 4],
  ['(i > 2 ? o : o).a.b', 4],
  ['true ? 1 : 2', 0],
  ["i > 2 && s == 'x' || i < 4", 6],
  ['!(i > 2)', 3],
  ['size(s) > 3 && size(l) > 1', 6],
  ["s.lowerAscii() == 'x'", 5],
  ["s.replace('l', 'L')", 6],
  ["s.split(' ').size()", 7],
  ["l.join(',')", 6],
  ['s.substring(2)', 4],
  ["s.indexOf('w')", 3],
  ["l.indexOf('bb')", 2],
  ['n.isSorted()', 4],
  ['n.sum()', 4],
  ['n.max()', 4],
  ["quantity('1Mi').isGreaterThan(quantity('1Ki'))", 3],
  ['isQuantity(s)', 4],
  ["url('https://example.com/x').getHost()", 4],
  ["ip('10.0.0.1').family()", 2],
  ["cidr('10.0.0.0/8').containsIP('10.1.1.1')", 3],
  ["cidr('10.0.0.0/8').containsIP(ip('10.1.1.1'))", 3],
  ['isIP(s)', 4],
  ["s.find('[a-z]+')", 7],
  ["s.findAll('[a-z]+').size()", 8],
  ['type(i) == int', 3],
  ["int('3') == i", 2],
  ["string(i) == '3'", 3],
  ["duration('1h') < duration('2h')", 1],
  ["timestamp('2024-01-01T00:00:00Z').getFullYear()", 1],
  ["sets.contains(l, ['a'])", 5],
  ['sets.equivalent(n, [1, 2, 3])', 20],
  ['optional.of(i).value()', 3],
  ['o.?a.b.orValue(2)', 3],
  ["m[?'k'].orValue('x')", 2],
  ['o.?t.hasValue()', 3],
  ['optional.of(i).optMap(x, x + 1).value()', 10],
  ["'%s is %d'.format([s, i])", 13],
  ["format.dns1123Label().validate('abc').hasValue()", 10],
  ['-i', 2],
  ['i + 1 - 2 * 3', 4],
  ["s < 'x'", 2],
  ["o.t < 'x'", 3],
  ["o.t.startsWith('s')", 4],
  ['o.l.map(e, e.x)', 31],
  ['o.l.filter(e, e.x > 1).size()', 23],
  ["l.exists(x, x.matches('^b+$'))", 17],
  ['n.map(x, x > 1, x * 2)', 36],
  ["l == ['a', 'b']", 2],
  ['o == o', 3],
  ['o.a == o.a', 5],
  ["quantity('1') == quantity('2')", 3],
  ['bytes(s)', 4],
  ['[[1, 2], [i]].all(x, x.size() > 0)', 34],
  ["l.map(x, {'k': x})", 131],
  ['n.all(x, n.all(y, x + y > 0))', 80],
  ["dyn(s).startsWith('h')", 5],
  ['s.upperAscii().trim().size()', 8],
  ['s.charAt(1)', 2],
  ['o.l.all(e, has(e.x) && e.x > 0)', 17],
  ['o.l.exists(e, has(e.y) || e.x == 2)', 19],
  ['!has(o.q) || o.q == 1', 2],
  ["has(m.k) ? m.k == 'v' : true", 4],
  ["m.exists(k, k.startsWith('k') && m[k].size() > 3)", 22],
  ['l.map(x, x.size()).sum() == 3', 48],
  ["l.filter(x, !(x in ['a'])).map(x, x + '-' + x)", 71],
  ['l.all(x, l.filter(y, y == x).size() == 1)', 90],
  ['n.exists_one(x, x > 2)', 11],
  ["o.l.map(e, {'v': e.x}).all(v, v.v > 0)", 104],
  ['o.l[0].x == 1', 5],
  ['o.l.filter(e, e.x == 1)[0].x', 25],
  ['[1, 2, 3].map(x, x * 2).exists(x, x > 4)', 62],
  ["l.size() == n.size() && l.all(x, x.matches('^[a-z ]+$'))", 31],
  [
    "s.contains('world') ? s.replace('world', 'there').contains('there') : s.split(',')[0] == 'x'",
    13,
  ],
  ["quantity(s.size() > 3 ? '1Mi' : '2Mi').add(quantity('1')).isLessThan(quantity('10Mi'))", 8],
  ['o.a.b in [1, 2, i]', 17],
  ['o.t in l', 6],
  ['string(o.a.b) + o.t', 8],
  ["o.t + 'x'", 4],
  ["o.t == 'some text here'", 4],
  ["o.t.matches('^some')", 6],
  ['o.t.size()', 3],
  ['size(o.l)', 3],
  ['o.l.size() > 1 ? o.l[1].x : o.a.b', 7],
  ["(o.a.b > 0 ? l : ['x']).size()", 5],
  ['i > 2 ? (i > 3 ? i : 1) : s.size()', 4],
  ['l.join() + s', 12],
  ['n.min() + n.max() - n.sum()', 14],
  ["l.lastIndexOf('a') < 0", 3],
  ["s.lastIndexOf('l')", 3],
  ["s.find('w[a-z]*') == 'world'", 8],
  ["format.named('uuid').value().validate('x').hasValue()", 21],
  ["format.uri().validate('x').hasValue()", 278],
  ["format.byte().validate('x').hasValue()", 23],
  ["format.datetime().validate('x').hasValue()", 20],
  ['sets.intersects(l, l)', 12],
  ["isURL('http://a.b')", 1],
  ["url('http://a.b/c?d=e').getQuery()", 3],
  ["cidr('10.0.0.0/8').containsCIDR(cidr('10.1.0.0/16'))", 6],
  ["cidr('10.0.0.0/8').containsCIDR('10.1.0.0/16')", 6],
  ["ip.isCanonical('10.0.0.1')", 2],
  ["cidr('10.0.0.0/8').ip().isUnspecified()", 3],
  ['optional.none().orValue(1) + 1', 2],
  ['[?o.?a.b].size()', 14],
  ["{?'a': o.?a.b}.size()", 34],
  ['o.?a.?b.optMap(x, x + 1).orValue(0)', 11],
  ["l[?5].orValue('none')", 1],
  ['optional.ofNonZeroValue(s).hasValue()', 3],
  ["timestamp('2024-01-01T00:00:00Z') + duration('1h') > timestamp('2023-01-01T00:00:00Z')", 2],
  ['type(o.a) == map', 4],
  ['double(i) / 2.0 > 1.0', 4],
  ['i % 2 == 1 && -i < 0', 6],
  ["b'abc' == bytes('abc')", 1],
  ['o == null', 2],
  ["'%s'.format([l])", 12],
  ['l.map(x, l.map(y, x == y))', 180],
  ['o.l.all(e, e == o.l[0])', 19],
  ["[s, 'b'] == l", 13],
  ["s != 'x' && s != 'y' && s != 'z' && s != 'hello world, this is long'", 10],
  ["s == 'x' || s == 'y' || s == 'z' || l.exists(x, x == s)", 30],
]

describe('what evaluating an expression costs', () => {
  const environment = createRuleEnvironment()
  const { meter } = environment

  test.each(costs)('%s', (expression, cost) => {
    const program = environment.program(environment.compile(expression, types))
    meter.start(1_000_000)
    program(values)
    expect(meter.used).toBe(cost)
  })

  it('is bounded for each expression, and by the budget when it has ended', () => {
    const program = environment.program(
      environment.compile('n.all(x, n.all(y, n.all(z, x + y + z > 0)))', types),
    )
    const n = toDynamic(Array.from({ length: 100 }, (_, index) => index + 1))
    meter.start(10_000_000)
    program({ n })
    expect([meter.exceeded, meter.overBudget]).toEqual([true, false])
    expect(meter.used).toBeGreaterThan(1_000_000)
    meter.start(500_000)
    program({ n })
    expect([meter.exceeded, meter.overBudget]).toEqual([true, true])
  })

  it('does not allow for work that costs nothing', () => {
    const program = environment.program(environment.compile('n.all(x, o == o)', types))
    const many = Array.from({ length: 10_000 }, (_, index) => index)
    meter.start(10_000_000)
    program({ n: toDynamic(many), o: toDynamic(many) })
    expect(meter.exceeded).toBe(true)
  })
})
