import { describe, expect, it } from 'vitest'
import {
  compileAll,
  compileResources as compile,
  conditionsOf,
  policy,
  resourceSet,
  rule,
  simulator,
  snapshotOf,
  type Described,
} from '../../test-support/resources.ts'

const orderOf = (...policies: readonly Described[]) =>
  snapshotOf(...policies)?.routes.map((route) => `${route.policy.name}/${route.rule}`)

const older = { created: '2025-01-01T00:00:00Z' }

describe('the order of routes', () => {
  it('is from the most specific match to the least', () => {
    const matches: Record<string, unknown>[] = [
      { models: ['assistant'], promptTemplates: ['p'] },
      { models: ['assistant'], consumers: ['c'] },
      { models: ['assistant'], groups: ['g'] },
      {
        models: ['assistant'],
        headers: [
          { name: 'a', value: '1' },
          { name: 'b', value: '1' },
        ],
      },
      { models: ['assistant'], headers: [{ name: 'a', value: '1' }] },
      { models: ['assistant'], cel: 'request.stream' },
      { models: ['assistant'], promptTypes: ['Code'], complexity: { min: 65 } },
      { models: ['assistant'], promptTypes: ['Code'] },
      { models: ['assistant'], complexity: { min: 65 } },
      { models: ['assistant'] },
      { models: ['assist*'] },
      { models: ['assistant', 'as*'] },
      { groups: ['g'], headers: [{ name: 'a', value: '1' }] },
      { groups: ['g'] },
      { headers: [{ name: 'a', value: '1' }] },
      {},
    ]
    const policies = matches.map((match, index) => policy(`p${index + 10}`, [rule('r', match)]))
    expect(orderOf(...policies.toReversed())).toEqual(matches.map((_, index) => `p${index + 10}/r`))
  })

  it('keeps the order within a policy, so a rule sinks with the one above it', () => {
    const first = policy('first', [rule('any'), rule('exact', { models: ['a'] })], older)
    const second = policy('second', [rule('exact', { models: ['b'] })])
    expect(orderOf(first, second)).toEqual(['second/exact', 'first/any', 'first/exact'])
  })

  it('is by age and then by name between equally specific rules', () => {
    const a = policy('a', [rule('r', { models: ['x'] })])
    const b = policy('b', [rule('r', { models: ['y'] })])
    const z = policy('z', [rule('r', { models: ['w'] })], older)
    expect(orderOf(b, a, z)).toEqual(['z/r', 'a/r', 'b/r'])
  })
})

describe('policies that claim the same calls', () => {
  const young = policy('a-young', [
    rule('same', { groups: ['b', 'a'] }),
    rule('own', { models: ['m'] }),
  ])
  const old = policy('b-old', [rule('theirs', { groups: ['a', 'b'] })], older)

  it('leave the rule to the older one, and the other says so', () => {
    const result = compileAll(young, old)
    const routes = result.snapshots.get('default/default')?.routes
    expect(routes?.map((route) => route.rule)).toEqual(['own', 'theirs'])
    const conflicted = {
      status: 'False',
      reason: 'Conflicted',
      message:
        'on LLMGateway default/default, rule same matches the same calls as rule theirs of ' +
        'RoutingPolicy default/b-old, which is older: that one gets them, and rule same is left out; ' +
        'give it another match, or remove it',
    }
    expect(conditionsOf(result, 'RoutingPolicy', 'default/a-young').Accepted).toMatchObject(
      conflicted,
    )
    const planned = result.conditions.find((one) => one.name === 'a-young')
    expect(planned?.gateways).toMatchObject([
      {
        gatewayRef: { name: 'default' },
        controllerName: 'fairlead.dev/gateway-controller',
        conditions: [conflicted, { type: 'ResolvedRefs', status: 'True' }],
      },
    ])
    expect(conditionsOf(result, 'RoutingPolicy', 'default/b-old').Accepted?.status).toBe('True')
  })

  it('go by the lower name when they are equally old', () => {
    const result = compileAll(policy('b', [rule('r')]), policy('a', [rule('r')]))
    expect(conditionsOf(result, 'RoutingPolicy', 'default/b').Accepted?.message).toContain(
      'RoutingPolicy default/a, which has the lower namespace/name',
    )
  })

  it('do not conflict when the names they match are of different namespaces', () => {
    const open: Described = { kind: 'LLMGateway', spec: { allowedNamespaces: { from: 'All' } } }
    const inA = policy('p', [rule('r', { consumers: ['app'] })])
    const inB = {
      ...inA,
      namespace: 'b',
      spec: { ...inA.spec, gatewayRefs: [{ name: 'default', namespace: 'default' }] },
    }
    const result = compile(resourceSet([open, simulator, inA, inB]))
    expect(
      result.snapshots.get('default/default')?.routes.map((route) => route.match.consumers),
    ).toEqual([['b/app'], ['default/app']])
  })
})

describe('attachment', () => {
  it.each([
    ['a gateway that does not exist', 'gone', 'NoMatchingGateway', 'does not exist'],
    ['a gateway that is not accepted', 'broken', 'NoMatchingGateway', 'is not accepted'],
    [
      'a gateway that does not allow the namespace',
      'default',
      'NotAllowedByGateway',
      'allowedNamespaces',
    ],
  ])('fails for %s', (_, name, reason, message) => {
    const broken: Described = {
      kind: 'LLMGateway',
      name: 'broken',
      spec: { limits: { requestTimeout: 'soon' } },
    }
    const gatewayRefs = [{ name, namespace: 'default' }]
    const foreign = policy('p', [rule('r')], { namespace: 'other', gatewayRefs })
    const result = compileAll(broken, foreign)
    expect(conditionsOf(result, 'RoutingPolicy', 'other/p').Accepted).toMatchObject({
      status: 'False',
      reason,
      message: expect.stringContaining(message),
    })
    expect(result.snapshots.get('default/default')?.routes).toEqual([])
    expect(result.snapshots.has('default/broken')).toBe(false)
  })

  it('is judged per gateway, and one that accepts is enough for the whole', () => {
    const gatewayRefs = [{ name: 'gone' }, { name: 'default' }]
    const result = compileAll(policy('p', [rule('r')], { gatewayRefs }))
    expect(conditionsOf(result, 'RoutingPolicy', 'default/p').Accepted?.status).toBe('True')
    const planned = result.conditions.find((one) => one.kind === 'RoutingPolicy')
    expect(planned?.gateways?.map((one) => one.conditions[0]?.reason)).toEqual([
      'NoMatchingGateway',
      'Accepted',
    ])
  })
})

describe('rules', () => {
  it('default to Weighted with weight 1 and a retry', () => {
    const [route] = snapshotOf(policy('p', [rule('r')]))?.routes ?? []
    expect(route).toMatchObject({
      strategy: 'Weighted',
      targets: [{ weight: 1, model: undefined }],
    })
  })

  it.each([
    [{}, 2, ['RateLimited', 'ServerError', 'Timeout', 'Connect']],
    [{ attempts: 0, conditions: ['Timeout'] }, 0, ['Timeout']],
  ])('with retry %o try again %d times on %o', (retry, attempts, conditions) => {
    const result = compileAll(policy('p', [rule('r', {}, { retry })]))
    expect(result.snapshots.get('default/default')?.routes[0]?.retry).toEqual({
      attempts,
      conditions,
    })
  })

  it.each([
    [{}, undefined],
    [{ by: 'None' }, undefined],
    [{ by: 'PromptPrefix' }, { by: 'PromptPrefix' }],
    [
      { by: 'Header', header: 'X-Session' },
      { by: 'Header', header: 'x-session' },
    ],
  ])('with stickiness %o keep calls together by %o', (stickiness, compiled) => {
    const [route] = snapshotOf(policy('p', [rule('r', {}, { stickiness })]))?.routes ?? []
    expect(route?.stickiness).toEqual(compiled)
  })

  it('copy calls to a mirror, whose provider the gateway then has too', () => {
    const mirror = { providerRef: { name: 'simulator' }, model: 'new', percent: 5 }
    const [route] = snapshotOf(policy('p', [rule('r', {}, { mirror })]))?.routes ?? []
    expect(route?.mirror).toEqual({ provider: 'default/simulator', model: 'new', percent: 5 })
  })

  it('copy nothing to a mirror that does not exist, and say so', () => {
    const mirrored = policy('p', [rule('r', {}, { mirror: { providerRef: { name: 'gone' } } })])
    const result = compileAll(mirrored)
    expect(result.snapshots.get('default/default')?.routes[0]?.mirror).toBeUndefined()
    expect(conditionsOf(result, 'RoutingPolicy', 'default/p').ResolvedRefs?.message).toContain(
      'spec.rules[0].mirror.providerRef: LLMProvider default/gone does not exist',
    )
  })

  it.each([
    [{}, undefined],
    [{ inputTokens: { min: 0 } }, undefined],
    [{ inputTokens: { min: 1 } }, { min: 1, max: undefined }],
    [{ inputTokens: { min: 0, max: 4000 } }, { min: 0, max: 4000 }],
  ])('with match %o ask for a length of %o', (match, inputTokens) => {
    const result = compileAll(policy('p', [rule('r', match)]))
    const [route] = result.snapshots.get('default/default')?.routes ?? []
    expect(route?.match.inputTokens).toEqual(inputTokens)
  })

  it('hold conditions on the content in one form', () => {
    const match = {
      cel: " request.model == 'x'\n",
      promptTypes: ['Math', 'Code'],
      complexity: { max: 30 },
    }
    const result = compileAll(policy('p', [rule('r', match), rule('s', { complexity: {} })]))
    const routes = result.snapshots.get('default/default')?.routes
    expect(routes?.map((route) => route.match)).toMatchObject([
      {
        cel: "request.model == 'x'",
        promptTypes: ['Code', 'Math'],
        complexity: { min: 0, max: 30 },
      },
      { cel: '', promptTypes: [], complexity: undefined },
    ])
  })

  it.each([
    ['request.model ==', 'line 1, column 17: '],
    ['true &&\n  request.modle == "x"', "line 2, column 10: undefined field 'modle'"],
    ['user.name == "x"', "line 1, column 1: undeclared reference to 'user'"],
    ['request.model', 'line 1, column 1: it must be a bool, and is of type string'],
    ['request.inputTokens == "many"', 'line 1, column 21: found no matching overload'],
    [`${'('.repeat(2000)}true${')'.repeat(2000)}`, 'nested too deep'],
  ])('with the expression %.40s are refused', (cel, problem) => {
    const result = compileAll(policy('p', [rule('s'), rule('r', { cel })]))
    const { Accepted } = conditionsOf(result, 'RoutingPolicy', 'default/p')
    expect(Accepted).toMatchObject({ status: 'False', reason: 'Invalid' })
    expect(Accepted?.message).toContain('spec.rules[1].match.cel: ')
    expect(Accepted?.message).toContain(problem)
    expect(result.snapshots.get('default/default')?.routes).toEqual([])
  })
})
