import { describe, expect, it } from 'vitest'
import type { CompileResult } from './compile-result.ts'
import {
  compileResources,
  conditionsOf,
  gateway,
  grant,
  policy,
  resourceSet,
  rule,
  simulator,
  type Described,
} from './test-support/resources.ts'

const compileAll = (...described: readonly Described[]) => compileResources(resourceSet(described))

const gatewayNamed = (name: string, more: Partial<Described> = {}): Described => ({
  ...gateway,
  name,
  ...more,
})

const target = (kind: string, name: string, sectionName?: string) => ({
  kind,
  name,
  ...(sectionName !== undefined && { sectionName }),
})

const usage = (
  targetRefs: readonly object[],
  more: Partial<Described> = {},
  spec: object = {},
): Described => ({
  kind: 'UsagePolicy',
  name: 'u',
  ...more,
  spec: { targetRefs, concurrency: 1, ...spec },
})

const book = (name: string, gateways: readonly string[], created?: string): Described => ({
  kind: 'PriceBook',
  name,
  ...(created !== undefined && { created }),
  spec: { targetRefs: gateways.map((one) => target('LLMGateway', one)) },
})

function targetsOf(result: CompileResult, kind: string, key: string) {
  const planned = result.conditionsByKind.get(kind)?.get(key)
  return planned?.targets?.map(({ targetRef, gateways, conditions }) => [
    targetRef.name,
    ...conditions.map(({ reason }) => reason),
    gateways.join(),
  ])
}

const usageIn = (result: CompileResult, gatewayName: string) =>
  result.snapshots
    .get(`default/${gatewayName}`)
    ?.usagePolicies.map(({ name, targets }) => [name, targets.map(({ key }) => key).join()])

describe('a policy', () => {
  it('at a gateway concerns that one alone, and changes nothing of another', () => {
    const both = [gatewayNamed('one'), gatewayNamed('two')]
    const before = compileAll(...both)
    const after = compileAll(...both, usage([target('LLMGateway', 'one')]))
    expect(usageIn(after, 'one')).toEqual([['u', 'default/one']])
    expect(usageIn(after, 'two')).toEqual([])
    expect(after.snapshots.get('default/two')?.hash).toBe(before.snapshots.get('default/two')?.hash)
    expect(targetsOf(after, 'UsagePolicy', 'default/u')).toEqual([
      ['one', 'Accepted', 'default/one'],
    ])
  })

  it('at what gateways serve concerns each of these, there with its targets only', () => {
    const result = compileAll(
      gatewayNamed('one'),
      gatewayNamed('two'),
      simulator,
      policy('main', [rule('any')], { gatewayRefs: [{ name: 'two' }] }),
      usage([
        target('LLMProvider', 'simulator'),
        target('RoutingPolicy', 'main', 'any'),
        target('LLMGateway', 'two'),
      ]),
    )
    expect(usageIn(result, 'one')).toEqual([['u', 'default/simulator']])
    expect(usageIn(result, 'two')).toEqual([['u', 'default/simulator,default/main,default/two']])
    expect(targetsOf(result, 'UsagePolicy', 'default/u')).toEqual([
      ['simulator', 'Accepted', 'default/one,default/two'],
      ['main', 'Accepted', 'default/two'],
      ['two', 'Accepted', 'default/two'],
    ])
  })

  it('at a provider follows it to a gateway of another namespace that refers to it', () => {
    const result = compileAll(
      gatewayNamed('one', { spec: { defaults: { providers: [{ name: 's', namespace: 'b' }] } } }),
      { ...simulator, name: 's', namespace: 'b' },
      grant('b', { kind: 'LLMGateway', namespace: 'default' }, { kind: 'LLMProvider' }),
      usage([target('LLMProvider', 's')], { namespace: 'b' }),
    )
    expect(usageIn(result, 'one')).toEqual([['u', 'b/s']])
    expect(conditionsOf(result, 'UsagePolicy', 'b/u').Accepted?.reason).toBe('Accepted')
  })

  it('says at each target what is missing there, and is accepted if one takes it', () => {
    const result = compileAll(
      gatewayNamed('one'),
      policy('main', [rule('any')], { gatewayRefs: [{ name: 'one' }] }),
      policy('idle', [rule('any')], { gatewayRefs: [{ name: 'gone' }] }),
      usage([
        target('LLMGateway', 'gone'),
        target('RoutingPolicy', 'main', 'nothing'),
        target('RoutingPolicy', 'idle'),
        target('LLMGateway', 'one'),
      ]),
    )
    expect(targetsOf(result, 'UsagePolicy', 'default/u')).toEqual([
      ['gone', 'RefNotFound', ''],
      ['main', 'RefNotFound', ''],
      ['idle', 'NoMatchingGateway', ''],
      ['one', 'Accepted', 'default/one'],
    ])
    expect(conditionsOf(result, 'UsagePolicy', 'default/u')).toMatchObject({
      Accepted: { status: 'True' },
      ResolvedRefs: {
        status: 'False',
        reason: 'RefNotFound',
        message:
          'spec.targetRefs[0]: LLMGateway default/gone does not exist; ' +
          'spec.targetRefs[1].sectionName: RoutingPolicy default/main has no rule "nothing"',
      },
    })
  })

  it('is not accepted if no target takes it', () => {
    const result = compileAll(gatewayNamed('one'), usage([target('LLMGateway', 'gone')]))
    expect(conditionsOf(result, 'UsagePolicy', 'default/u').Accepted).toMatchObject({
      status: 'False',
      reason: 'RefNotFound',
      message: 'spec.targetRefs[0]: LLMGateway default/gone does not exist',
    })
    expect(usageIn(result, 'one')).toEqual([])
  })

  it('that is invalid is so at every target', () => {
    const bad = usage([target('LLMGateway', 'one')], {}, { match: { cel: '1 +' } })
    const result = compileAll(gatewayNamed('one'), bad)
    expect(targetsOf(result, 'UsagePolicy', 'default/u')).toEqual([['one', 'Invalid', '']])
    expect(usageIn(result, 'one')).toEqual([])
  })

  it('says whether it is a shadow', () => {
    const result = compileAll(
      gatewayNamed('one'),
      usage([target('LLMGateway', 'one')], {}, { mode: 'Shadow' }),
    )
    expect(result.conditionsByKind.get('UsagePolicy')?.get('default/u')?.isShadow).toBe(true)
  })
})

describe('of several PriceBooks', () => {
  it('the oldest applies on a gateway; the others say there who won, and apply elsewhere', () => {
    const result = compileAll(
      gatewayNamed('one'),
      gatewayNamed('two'),
      book('new', ['one', 'two']),
      book('old', ['one'], '2025-01-01T00:00:00Z'),
    )
    const booksIn = (name: string) =>
      result.snapshots.get(`default/${name}`)?.priceBooks.map((one) => [one.name, ...one.gateways])
    expect(booksIn('one')).toEqual([['old', 'default/one']])
    expect(booksIn('two')).toEqual([['new', 'default/two']])
    expect(targetsOf(result, 'PriceBook', 'default/new')).toEqual([
      ['one', 'Conflicted', ''],
      ['two', 'Accepted', 'default/two'],
    ])
    expect(conditionsOf(result, 'PriceBook', 'default/new').Accepted?.status).toBe('True')
  })

  it('one that loses everywhere is not accepted', () => {
    const result = compileAll(gatewayNamed('one'), book('b', ['one']), book('a', ['one']))
    expect(conditionsOf(result, 'PriceBook', 'default/b').Accepted).toMatchObject({
      status: 'False',
      reason: 'Conflicted',
      message:
        'on LLMGateway default/one, the prices of PriceBook default/a, ' +
        'which has the lower namespace/name, apply instead',
    })
  })
})
