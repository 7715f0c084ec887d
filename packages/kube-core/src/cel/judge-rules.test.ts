import { describe, expect, it } from 'vitest'
import type { StructuralSchema } from '../schema/structural-schema.ts'
import { judgeRules } from './judge-rules.ts'
import { createRuleEnvironment } from './rule-compiler.ts'

const schema: StructuralSchema = {
  type: 'object',
  required: ['req'],
  properties: {
    req: { type: 'string' },
    s: { type: 'string' },
    t: { type: 'string', maxLength: 64 },
    e: { type: 'string', enum: ['a', 'bcd'] },
    n: { type: 'integer' },
    f: { type: 'number' },
    b: { type: 'boolean' },
    d: { type: 'string', format: 'date-time' },
    dd: { type: 'string', format: 'date' },
    du: { type: 'string', format: 'duration' },
    by: { type: 'string', format: 'byte' },
    q: { 'x-kubernetes-int-or-string': true },
    l: { type: 'array', items: { type: 'integer' } },
    ls: { type: 'array', maxItems: 20, items: { type: 'string', maxLength: 30 } },
    ll: {
      type: 'array',
      items: { type: 'object', properties: { a: { type: 'string' }, n: { type: 'integer' } } },
    },
    mm: {
      type: 'array',
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['k'],
      items: {
        type: 'object',
        required: ['k'],
        properties: { k: { type: 'string' }, v: { type: 'integer' } },
      },
    },
    st: { type: 'array', 'x-kubernetes-list-type': 'set', items: { type: 'string' } },
    o: {
      type: 'object',
      properties: {
        x: { type: 'integer' },
        y: { type: 'object', properties: { z: { type: 'string' } } },
      },
    },
    mp: { type: 'object', additionalProperties: { type: 'string' } },
    mo: {
      type: 'object',
      maxProperties: 10,
      additionalProperties: { type: 'object', properties: { p: { type: 'integer' } } },
    },
    nul: { type: 'string', nullable: true },
    u: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
    'dash-ed': { type: 'string' },
    namespace: { type: 'string' },
    emb: {
      type: 'object',
      'x-kubernetes-embedded-resource': true,
      'x-kubernetes-preserve-unknown-fields': true,
    },
    nest: { type: 'array', items: { type: 'array', items: { type: 'string' } } },
  },
}

const environment = createRuleEnvironment()

function judge(rule: string) {
  const rules = [{ rule }]
  const [verdict] = judgeRules({ ...schema, 'x-kubernetes-validations': rules }, false, environment)
  return verdict
}

// What Kubernetes' apiextensions-apiserver 1.32 says of the same rules.
describe('judgeRules', () => {
  it.each<[string, number]>([
    ['self.n > 0', 3],
    ['has(self.s)', 1],
    ['self.s.matches("^a+$")', 314575],
    ['self.s.findAll("[0-9]+").size() > 0', 629150],
    ['cidr(self.s).containsIP(ip(self.t))', 314607],
    ['quantity(self.s).add(quantity(self.t)).compareTo(quantity("1")) == 0', 314607],
    ['format.dns1123Label().validate(self.s).hasValue()', 10066340],
    ['self.q > 0', 3],
    ['self.ll.all(e, e.n > 0)', 6291453],
    ['self.ll.map(e, e.a).isSorted()', Number.POSITIVE_INFINITY],
    ['self.?o.?x.orValue(0) > 0', 5],
    ['self == oldSelf', 2],
    ['self.s.replace("aaa",self.t).size() > 3', 629152],
    ['sets.contains(self.st, ["a"])', 1048588],
    ['"%s-%d".format([self.s, self.n]) == "a-1"', 16],
    ['self.mo.all(k, self.mo[k].p > 3)', 93],
    ["self.ls.join(',').size() < 100", 246],
    ['self.ls.all(x, self.ls.exists(y, x == y))', 7323],
    ["self.t.split(',', 2).size() == 2", 56],
    ['self.?o.optMap(v, v.x).orValue(3) > 1', 21],
    ["self.ls.all(x, x.matches('^[a-z0-9]([-a-z0-9]*[a-z0-9])?$'))", 2163],
    ["self.l.map(x, {'k': x}).exists(m, m.k == 1)", 78643164],
  ])('estimates the cost of %s', (rule, cost) => {
    const verdict = judge(rule)
    expect(verdict?.error).toBeUndefined()
    if (cost === Number.POSITIVE_INFINITY) expect(verdict?.cost).toBeGreaterThan(2 ** 60)
    else expect(verdict?.cost).toBe(cost)
  })

  it.each<[string, string]>([
    [
      'self.n + self.f > 0.0',
      "compilation failed: ERROR: <input>:1:8: found no matching overload for '_+_' applied to '(int, double)'\n | self.n + self.f > 0.0\n | .......^",
    ],
    [
      'self.nope',
      "compilation failed: ERROR: <input>:1:5: undefined field 'nope'\n | self.nope\n | ....^",
    ],
    [
      'oldSelf.orValue(null) == null',
      "compilation failed: ERROR: <input>:1:16: found no matching overload for 'orValue' applied to 'selfType.(null)'\n | oldSelf.orValue(null) == null\n | ...............^",
    ],
    [
      'self.s.reverse() == ""',
      "compilation failed: ERROR: <input>:1:15: undeclared reference to 'reverse' (in container '')\n | self.s.reverse() == \"\"\n | ..............^",
    ],
    [
      'cel.bind(x, self.n, x > 0)',
      "compilation failed: ERROR: <input>:1:1: undeclared reference to 'cel' (in container '')\n | cel.bind(x, self.n, x > 0)\n | ^\nERROR: <input>:1:9: undeclared reference to 'bind' (in container '')\n | cel.bind(x, self.n, x > 0)\n | ........^\nERROR: <input>:1:10: undeclared reference to 'x' (in container '')\n | cel.bind(x, self.n, x > 0)\n | .........^\nERROR: <input>:1:21: undeclared reference to 'x' (in container '')\n | cel.bind(x, self.n, x > 0)\n | ....................^",
    ],
    [
      'self.ll.exists(i, e, e.n > i)',
      "compilation failed: ERROR: <input>:1:15: undeclared reference to 'exists' (in container '')\n | self.ll.exists(i, e, e.n > i)\n | ..............^\nERROR: <input>:1:16: undeclared reference to 'i' (in container '')\n | self.ll.exists(i, e, e.n > i)\n | ...............^\nERROR: <input>:1:19: undeclared reference to 'e' (in container '')\n | self.ll.exists(i, e, e.n > i)\n | ..................^\nERROR: <input>:1:22: undeclared reference to 'e' (in container '')\n | self.ll.exists(i, e, e.n > i)\n | .....................^\nERROR: <input>:1:28: undeclared reference to 'i' (in container '')\n | self.ll.exists(i, e, e.n > i)\n | ...........................^",
    ],
    [
      'isSemver(self.s)',
      "compilation failed: ERROR: <input>:1:9: undeclared reference to 'isSemver' (in container '')\n | isSemver(self.s)\n | ........^",
    ],
    [
      "self.b ? self.s == 'a' : self.n",
      "compilation failed: ERROR: <input>:1:8: found no matching overload for '_?_:_' applied to '(bool, bool, int)'\n | self.b ? self.s == 'a' : self.n\n | .......^",
    ],
    [
      "[1, 'a'].size() == 2",
      "compilation failed: ERROR: <input>:1:5: expected type 'int' but found 'string'\n | [1, 'a'].size() == 2\n | ....^",
    ],
    [
      "{'a': 1, 2: 3}.size() == 2",
      "compilation failed: ERROR: <input>:1:10: expected type 'string' but found 'int'\n | {'a': 1, 2: 3}.size() == 2\n | .........^",
    ],
    [
      "duration('abc') == self.du",
      "compilation failed: ERROR: <input>:1:10: invalid duration argument\n | duration('abc') == self.du\n | .........^",
    ],
    [
      "self.s.matches('(?!a)')",
      "compilation failed: ERROR: <input>:1:16: invalid matches argument\n | self.s.matches('(?!a)')\n | ...............^",
    ],
    [
      'self.s.all(x, true)',
      "compilation failed: ERROR: <input>:1:5: expression of type 'string' cannot be range of a comprehension (must be list, map, or dynamic)\n | self.s.all(x, true)\n | ....^",
    ],
    [
      "self.s.x == ''",
      "compilation failed: ERROR: <input>:1:7: type 'string' does not support field selection\n | self.s.x == ''\n | ......^",
    ],
    [
      'authorizer.group("").resource("pods").check("get").allowed()',
      'compilation failed: ERROR: <input>:1:1: undeclared reference to \'authorizer\' (in container \'\')\n | authorizer.group("").resource("pods").check("get").allowed()\n | ^',
    ],
  ])('refuses %s', (rule, error) => {
    expect(judge(rule)?.error?.replaceAll(/selfType\d*/g, 'selfType')).toBe(error)
  })

  it.each<[string, string]>([
    ['self.', "1:6: Syntax error: no viable alternative at input '.'"],
    ['self.s ==', "1:10: Syntax error: mismatched input '<EOF>' expecting {'['"],
    ['(self.s', "1:8: Syntax error: missing ')' at '<EOF>'"],
    ['self.s self.t', "1:8: Syntax error: mismatched input 'self' expecting <EOF>"],
    ['self.s = 1', "1:8: Syntax error: token recognition error at: '= '"],
    ['"abc', "1:1: Syntax error: token recognition error at: '\"abc'"],
    ['[1 2]', "1:4: Syntax error: extraneous input '2' expecting {']', ','}"],
    ['for', '1:1: reserved identifier: for'],
    ['has(self)', '1:5: invalid argument to has() macro'],
    ['self.l.all(1, true)', '1:12: argument must be a simple name'],
    ['99999999999999999999', '1:1: invalid int literal'],
  ])('says where %s is not CEL', (rule, error) => {
    expect(judge(rule)?.error).toContain(`ERROR: <input>:${error}`)
  })
})
