import { compile } from '@fairlead/config'
import type { Condition, KubernetesObject, ResourceType, TypedObject } from '@fairlead/kube-core'
import { testCapabilities as capabilities } from '@fairlead/snapshot/testing'
import { afterEach, describe, expect, it } from 'vitest'
import { resource, startOperator, type RunningOperator } from './test-support/start-operator.ts'

const gateway = resource('LLMGateway', 'default', {})
const shared = resource('LLMGateway', 'default', {
  state: { type: 'Redis', redis: { urlSecretRef: { name: 'redis', key: 'url' } } },
})
const target = { kind: 'LLMGateway', name: 'default' }
const usage = (more: object = {}) =>
  resource('UsagePolicy', 'team', {
    targetRefs: [target],
    limits: [{ name: 'month', cost: '500', window: { calendar: 'Month' } }],
    ...more,
  })
const prices = resource('PriceBook', 'prices', { targetRefs: [target] })

const started: RunningOperator[] = []
async function start(objects: readonly KubernetesObject[]): Promise<RunningOperator> {
  const operator = await startOperator(objects)
  started.push(operator)
  return operator
}

afterEach(async () => {
  await Promise.all(started.splice(0).map((operator) => operator.stop()))
})

/** The hash that a replica has when it runs what is configured now. */
function currentHash({ api }: RunningOperator, objects: readonly KubernetesObject[]): string {
  const list = <T extends TypedObject>({ kind }: ResourceType<T>) =>
    objects
      .filter((one) => one.kind === kind)
      .map((one) =>
        api.get(kind, one.metadata.name ?? ''),
      ) as readonly TypedObject[] as readonly T[]
  return compile({ list }, { capabilities }).snapshots.get('default/default')?.hash ?? ''
}

interface PolicyStatus {
  readonly targets?: readonly {
    readonly targetRef: { readonly name: string }
    readonly conditions: readonly Condition[]
  }[]
  readonly counters?: readonly object[]
  readonly unpriced?: readonly string[]
}

const statusOf = (operator: RunningOperator, kind: string, name: string) =>
  operator.api.get(kind, name).status as PolicyStatus

const enforced = (operator: RunningOperator) =>
  operator.condition('UsagePolicy', 'team', 'Enforced')

describe('Enforced', () => {
  it('is true only when every live replica runs the policy', async () => {
    const operator = await start([gateway, usage()])
    expect(enforced(operator)).toMatchObject({ status: 'False', reason: 'NoReplicas' })
    const configHash = currentHash(operator, [gateway, usage()])
    operator.report('one', { configHash })
    operator.report('two', { configHash: 'sha256:old' })
    await operator.settle()
    expect(enforced(operator)).toMatchObject({
      status: 'False',
      reason: 'Pending',
      message: '1 of 2 replicas run it; waiting for two',
    })
    operator.report('two', { configHash })
    await operator.settle()
    expect(enforced(operator)).toMatchObject({
      status: 'True',
      reason: 'Enforced',
      message: 'All 2 replicas enforce it',
    })
    expect(statusOf(operator, 'UsagePolicy', 'team').targets).toMatchObject([
      {
        targetRef: target,
        conditions: [
          { type: 'Accepted', status: 'True' },
          { type: 'Enforced', status: 'True', observedGeneration: 1 },
        ],
      },
    ])
    operator.api.put(usage({ concurrency: 1 }))
    await operator.settle()
    expect(enforced(operator)).toMatchObject({ status: 'False', reason: 'Pending' })
  })

  it('is false while a replica says that it cannot, with an event', async () => {
    const operator = await start([gateway, usage()])
    const configHash = currentHash(operator, [gateway, usage()])
    operator.report('one', { configHash })
    await operator.settle()
    const problem = (reason: string) => ({
      configHash,
      problems: [
        { kind: 'UsagePolicy', namespace: 'default', name: 'team', reason, message: 'It cannot' },
      ],
    })
    operator.report('one', problem('NotEnforced'))
    await operator.settle()
    expect(enforced(operator)).toMatchObject({
      status: 'False',
      reason: 'NotEnforced',
      message: 'It cannot (one)',
    })
    operator.report('one', problem('StateStoreUnavailable'))
    await operator.settle()
    expect(enforced(operator)?.reason).toBe('StateStoreUnavailable')
    expect(operator.api.events).toMatchObject([
      { reason: 'NotEnforced', action: 'Enforced', regarding: { kind: 'UsagePolicy' } },
      { reason: 'StateStoreUnavailable', action: 'Enforced' },
    ])
    operator.report('one', { configHash })
    await operator.settle()
    expect(enforced(operator)?.status).toBe('True')
  })

  it('is never true of a shadow', async () => {
    const shadow = usage({ mode: 'Shadow' })
    const operator = await start([gateway, shadow])
    operator.report('one', { configHash: currentHash(operator, [gateway, shadow]) })
    await operator.settle()
    expect(enforced(operator)).toMatchObject({ status: 'False', reason: 'Shadow' })
    expect(operator.api.events).toEqual([])
  })

  it('is false as a whole while one of the targets is missing', async () => {
    const missing = { kind: 'LLMProvider', name: 'gone' }
    const policy = usage({ targetRefs: [target, missing] })
    const operator = await start([gateway, policy])
    operator.report('one', { configHash: currentHash(operator, [gateway, policy]) })
    await operator.settle()
    expect(operator.condition('UsagePolicy', 'team', 'Accepted')?.status).toBe('True')
    expect(enforced(operator)).toMatchObject({
      status: 'False',
      reason: 'NotEnforced',
      message: 'spec.targetRefs[1]: LLMProvider default/gone does not exist',
    })
    const { targets } = statusOf(operator, 'UsagePolicy', 'team')
    expect(targets?.map(({ conditions }) => conditions.map(({ reason }) => reason))).toEqual([
      ['Accepted', 'Enforced'],
      ['RefNotFound', 'NotEnforced'],
    ])
  })

  it('says when replicas count each by itself', async () => {
    const operator = await start([gateway, usage()])
    const configHash = currentHash(operator, [gateway, usage()])
    for (const name of ['one', 'two']) {
      operator.report(name, { configHash, stateStore: { name, available: true } })
    }
    await operator.settle()
    expect(enforced(operator)).toMatchObject({
      status: 'True',
      message: expect.stringContaining('each of 2 state stores counts by itself'),
    })
  })
})

describe('the state store', () => {
  it('is a condition of a gateway that shares one', async () => {
    const operator = await start([shared, usage()])
    const condition = () => operator.condition('LLMGateway', 'default', 'StateStoreAvailable')
    expect(condition()).toMatchObject({ status: 'Unknown', reason: 'NoReplicas' })
    const configHash = currentHash(operator, [shared, usage()])
    const report = (available: boolean, message = '') =>
      operator.report('one', { configHash, stateStore: { name: 'redis', available, message } })
    report(true)
    await operator.settle()
    expect(condition()).toMatchObject({ status: 'True', reason: 'StateStoreAvailable' })
    report(false, 'no answer within 250 ms')
    await operator.settle()
    expect(condition()).toMatchObject({
      status: 'False',
      reason: 'StateStoreUnavailable',
      message: 'no answer within 250 ms (replica one)',
    })
    expect(enforced(operator)).toMatchObject({ status: 'False', reason: 'StateStoreUnavailable' })
    expect(operator.api.events).toMatchObject([
      { action: 'StateStoreAvailable' },
      { action: 'Enforced' },
    ])
  })

  it('is none of another, unless a replica reports trouble, and until it is over', async () => {
    const operator = await start([gateway])
    const condition = () => operator.condition('LLMGateway', 'default', 'StateStoreAvailable')
    expect(condition()).toBeUndefined()
    operator.report('one', { stateStore: { available: false, message: 'disk full' } })
    await operator.settle()
    expect(condition()).toMatchObject({ status: 'False', message: 'disk full (replica one)' })
    operator.report('one', { stateStore: { available: true } })
    await operator.settle()
    expect(condition()).toBeUndefined()
  })
})

describe('what replicas count', () => {
  const counter = (used: string, more: object = {}) => ({
    policy: 'default/team',
    limit: 'month',
    subject: 'default/app',
    used,
    reserved: '0.5',
    amount: '500',
    overshoot: '0',
    resetsAt: '2026-02-01T00:00:00Z',
    ...more,
  })

  it('is the greatest of those that share a store, and the sum of the others', async () => {
    const operator = await start([gateway, usage()])
    const report = (name: string, store: string, ...counters: object[]) =>
      operator.report(name, { counters, stateStore: { name: store, available: true } })
    report('a', 'one', counter('1.000000001'))
    report('b', 'one', counter('2'), counter('9', { policy: 'default/other' }))
    report('c', 'two', counter('0.1'))
    await operator.settle()
    expect(statusOf(operator, 'UsagePolicy', 'team').counters).toEqual([
      {
        limit: 'month',
        subject: 'default/app',
        used: '2.1',
        reserved: '1',
        amount: '500',
        overshoot: '0',
        resetsAt: '2026-02-01T00:00:00Z',
      },
    ])
  })

  it('may exceed a limit by what was lost, and by what the running calls of each replica may use', async () => {
    const operator = await start([gateway, usage()])
    const report = (name: string, store: string, overshoot: string, runningOvershoot?: string) => {
      const running = runningOvershoot === undefined ? {} : { runningOvershoot }
      const counters = [counter('1', { overshoot, ...running })]
      operator.report(name, { counters, stateStore: { name: store, available: true } })
    }
    report('a', 'one', '0.5', '0.25')
    report('b', 'one', '0.5', '1')
    report('c', 'two', '2')
    await operator.settle()
    const [shown] = statusOf(operator, 'UsagePolicy', 'team').counters as object[]
    expect(shown).toMatchObject({ overshoot: '3.75' })
    expect(shown).not.toHaveProperty('running')
  })

  it('shows the fullest sixteen, and a window that has begun anew', async () => {
    const operator = await start([gateway, usage()])
    const many = Array.from({ length: 40 }, (_, index) =>
      counter(String(index), { subject: `default/${index}` }),
    )
    operator.report('a', { counters: many })
    await operator.settle()
    const subjects = () =>
      statusOf(operator, 'UsagePolicy', 'team').counters as { subject: string; used: string }[]
    expect(subjects().map(({ subject }) => subject)).toEqual(
      Array.from({ length: 16 }, (_, index) => `default/${39 - index}`),
    )
    const next = counter('1', { resetsAt: '2026-03-01T00:00:00Z' })
    const store = { stateStore: { name: 'redis', available: true } }
    operator.report('a', { counters: [counter('400')], ...store })
    operator.report('b', { counters: [next], ...store })
    await operator.settle()
    expect(subjects()).toMatchObject([{ used: '1', resetsAt: '2026-03-01T00:00:00Z' }])
  })
})

describe('a counter', () => {
  const policy = usage({
    limits: [{ name: 'month', cost: '10', window: { calendar: 'Month' }, warnAt: [50, 80] }],
  })
  const counter = (used: string, resetsAt = '2026-02-01T00:00:00Z') => ({
    counters: [
      {
        policy: 'default/team',
        limit: 'month',
        subject: 'default/app',
        used,
        reserved: '0',
        amount: '10',
        overshoot: '0',
        resetsAt,
      },
    ],
  })

  it('warns once of each percentage, in each window', async () => {
    const operator = await start([gateway, policy])
    const notes = async (used: string, resetsAt?: string) => {
      operator.report('one', counter(used, resetsAt))
      await operator.settle()
      return operator.api.events.splice(0).map((event) => (event as { note?: string }).note)
    }
    const note = (percent: number, used: string) =>
      `default/app: of limit month, ${percent}% is reached: ${used} of 10 used`
    expect(await notes('4.999999999')).toEqual([])
    expect(await notes('5')).toEqual([note(50, '5')])
    expect(await notes('6')).toEqual([])
    expect(await notes('9.5')).toEqual([note(80, '9.5')])
    expect(await notes('10')).toEqual([])
    expect(await notes('1', '2026-03-01T00:00:00Z')).toEqual([])
    expect(await notes('8', '2026-03-01T00:00:00Z')).toEqual([note(80, '8')])
    operator.report('one', { counters: [] })
    await operator.settle()
    expect(await notes('9', '2026-03-01T00:00:00Z')).toEqual([])
  })

  it('of a window that slides warns again only after it was below', async () => {
    const limits = [{ name: 'month', cost: '10', window: { every: '1m' }, warnAt: [50] }]
    const operator = await start([gateway, usage({ limits })])
    const events = async (used: string, second: number) => {
      operator.report('one', counter(used, `2026-01-01T00:01:0${second}Z`))
      await operator.settle()
      return operator.api.events.splice(0).length
    }
    expect(await events('6', 1)).toBe(1)
    expect(await events('5.5', 2)).toBe(0)
    expect(await events('7', 3)).toBe(0)
    expect(await events('1', 4)).toBe(0)
    expect(await events('5', 5)).toBe(1)
  })

  it('goes when its window has ended', async () => {
    const operator = await start([gateway, policy])
    const report = () => operator.report('one', counter('4', '2026-01-01T00:00:30Z'))
    report()
    await operator.settle()
    expect(statusOf(operator, 'UsagePolicy', 'team').counters).toHaveLength(1)
    await operator.clock.advance(30_000)
    await operator.settle()
    expect(statusOf(operator, 'UsagePolicy', 'team').counters).toEqual([])
  })
})

describe('Priced', () => {
  it('is false while a model without a price has been called', async () => {
    const operator = await start([gateway, prices])
    const priced = () => operator.condition('PriceBook', 'prices', 'Priced')
    expect(priced()).toMatchObject({ status: 'Unknown', reason: 'NoReplicas' })
    operator.report('one', { unpriced: ['default/openai new', 'default/groq x'] })
    operator.report('two', { unpriced: ['default/openai new'] })
    await operator.settle()
    expect(priced()).toMatchObject({
      status: 'False',
      reason: 'UnpricedModels',
      message: expect.stringContaining('default/groq x, default/openai new'),
    })
    expect(statusOf(operator, 'PriceBook', 'prices').unpriced).toEqual([
      'default/groq x',
      'default/openai new',
    ])
    operator.report('one')
    operator.report('two')
    await operator.settle()
    expect(priced()).toMatchObject({ status: 'True', reason: 'Priced' })
  })
})
