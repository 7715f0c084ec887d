import type { PromptEvaluation } from '@fairlead/api'
import { silentLogger } from '@fairlead/base'
import { FakeClock } from '@fairlead/base/testing'
import type { Client } from '@fairlead/controller-runtime'
import type { EvaluatedCase, SnapshotSource } from '@fairlead/gateway'
import { errors } from '@fairlead/kube-core'
import type { PromptEvaluationSettings } from '@fairlead/snapshot'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { ConfigMapData } from '../config-source/config-map-source.ts'
import { EvaluationOwner } from './evaluation-owner.ts'
import { readCases } from './read-cases.ts'
import { versionResult } from './version-result.ts'

const dataset = { namespace: 'default', name: 'cases', key: 'cases.jsonl' }

describe('cases', () => {
  it('are the lines of a key, blank ones apart', () => {
    const text = '{"parameters": {"a": 1}, "expected": "x"}\n\n  {"parameters": {}}\n{}'
    expect(readCases({ 'cases.jsonl': text }, dataset)).toEqual([
      { parameters: { a: 1 }, expected: 'x' },
      { parameters: {}, expected: undefined },
      { parameters: {}, expected: undefined },
    ])
    expect(readCases({ 'cases.jsonl': Buffer.from('{}') }, dataset)).toHaveLength(1)
  })

  it.each<[ConfigMapData | undefined, string]>([
    [undefined, 'ConfigMap default/cases does not exist'],
    [{}, 'has no key cases.jsonl'],
    [{ 'cases.jsonl': ' \n' }, 'there are no cases'],
    [{ 'cases.jsonl': '{}\n{"parameters": ' }, 'line 2: not JSON'],
    [{ 'cases.jsonl': '[]' }, 'line 1: not an object'],
    [{ 'cases.jsonl': '{"expect": 1}' }, 'line 1: there is no field "expect"'],
    [{ 'cases.jsonl': '{}\n'.repeat(1001) }, 'there are 1001 cases'],
  ])('%# are refused in words', (data, words) => {
    expect(() => readCases(data, dataset)).toThrow(words)
  })
})

const scored = (score: number): EvaluatedCase => ({
  problem: undefined,
  scores: [{ metric: 'm', score }],
  nanodollars: 500_000,
})

it('a version has the mean of its scores, 0 for no answer, and nothing for no score', () => {
  const unscored: EvaluatedCase = {
    problem: undefined,
    scores: [{ metric: 'm', problem: 'the judge said nothing' }],
    nanodollars: 0,
  }
  const unanswered: EvaluatedCase = { problem: 'away', scores: [], nanodollars: 0 }
  const all = [scored(1), unscored, scored(0.5), unanswered]
  expect(versionResult('2', { generation: 3, startedAt: 'now' }, ['m'], all)).toEqual({
    version: '2',
    runStartedAt: 'now',
    generation: 3,
    cases: 3,
    failed: 1,
    scores: [{ metric: 'm', mean: 0.5, unscored: 1 }],
    costUSD: '0.001',
    message: 'case 2, m: the judge said nothing',
  })
})

const settings: PromptEvaluationSettings = {
  namespace: 'default',
  name: 'quality',
  generation: 1,
  prompt: 'default/greet',
  versions: ['1', '2'],
  dataset,
  metrics: [{ name: 'm', type: 'ExactMatch' }],
  schedule: undefined,
  concurrency: 2,
  caseTimeoutMs: 1000,
}

/** An API server with one evaluation, whose status is written only by who has read it last. */
function apiServer() {
  let version = 1
  const stored = {
    metadata: { namespace: 'default', name: 'quality', generation: 1, resourceVersion: '1' },
    status: {},
  } as {
    metadata: { generation: number; resourceVersion: string }
    status: Record<string, unknown>
  }
  const merged = (before: object, change: object) =>
    Object.fromEntries(
      Object.entries({ ...before, ...change }).filter(([, value]) => value !== null),
    )
  const client = {
    list: async () => ({ items: [structuredClone(stored)] }),
    status: {
      patch: async (_type: unknown, _key: unknown, { body }: { body: typeof stored }) => {
        if (body.metadata.resourceVersion !== stored.metadata.resourceVersion) {
          throw errors.conflict('promptevaluations', 'quality', 'it has changed')
        }
        version += 1
        stored.metadata.resourceVersion = String(version)
        const run = merged(stored.status['run'] as object, body.status['run'] as object)
        stored.status = { ...stored.status, ...body.status, run }
      },
    },
  } as unknown as Client
  const status = () => stored.status as NonNullable<PromptEvaluation['status']>
  return { client, stored, status }
}

const subscribeTo = (listeners: (() => void)[]) => (listener: () => void) => {
  listeners.push(listener)
  return () => {}
}

/** A gateway of a cluster: its owner of evaluations, and a worker that answers as it is told. */
function gateway(api: ReturnType<typeof apiServer>, clock: FakeClock, holder = 'one') {
  let current = settings
  let data: ConfigMapData | undefined = { 'cases.jsonl': '{"expected": "a"}\n{"expected": "b"}' }
  const changed: (() => void)[] = []
  const configMapsChanged: (() => void)[] = []
  let published: readonly (readonly [string, object])[] = [
    ['1', {}],
    ['2', {}],
  ]
  const asked: string[] = []
  let isSilent = false
  const snapshots = {
    current: () => ({
      promptEvaluations: new Map([['default/quality', current]]),
      promptTemplates: new Map([['default/greet', { versions: new Map(published) }]]),
    }),
    subscribe: subscribeTo(changed),
  } as unknown as SnapshotSource
  const owner = new EvaluationOwner({
    client: api.client,
    snapshots,
    configMaps: {
      data: () => data,
      subscribe: subscribeTo(configMapsChanged),
    },
    holder,
    clock,
    logger: silentLogger,
  })
  onTestFinished(() => owner.close())
  const member = owner.connect(({ asked: one, question }) => {
    asked.push(`${one.version}:${String(one.expected)}`)
    if (isSilent) return
    const evaluated = scored(one.version === '2' ? 1 : 0.5)
    queueMicrotask(() => member.receive({ question, evaluated }))
  })
  return {
    owner,
    asked,
    fallSilent: () => (isSilent = true),
    publish(...versions: readonly string[]) {
      published = versions.map((version) => [version, {}] as const)
      for (const listener of changed) listener()
    },
    change(parts: Partial<PromptEvaluationSettings>) {
      current = { ...current, ...parts }
      api.stored.metadata.generation = current.generation
      for (const listener of changed) listener()
    },
    put(cases: ConfigMapData | undefined) {
      data = cases
      for (const listener of configMapsChanged) listener()
    },
  }
}

const phase = (api: ReturnType<typeof apiServer>) => expect.poll(() => api.status().run?.phase)

describe('evaluations', () => {
  it('are run once for each generation, and their results told', async () => {
    const [api, clock] = [apiServer(), new FakeClock()]
    const one = gateway(api, clock)
    await phase(api).toBe('Succeeded')
    expect(api.status().run).toMatchObject({ holder: 'one', generation: 1, done: 4, total: 4 })
    expect(api.status().results?.map(({ version, scores }) => [version, scores[0]?.mean])).toEqual([
      ['1', 0.5],
      ['2', 1],
    ])
    await clock.advance(60_000)
    expect(one.asked).toHaveLength(4)
    one.change({ generation: 2, versions: ['2'] })
    await expect.poll(() => api.status().run).toMatchObject({ generation: 2, phase: 'Succeeded' })
    expect(one.asked).toHaveLength(6)
    expect(api.status().results?.map(({ version }) => version)).toEqual(['2'])
  })

  it('are run by one gateway of several', async () => {
    const [api, clock] = [apiServer(), new FakeClock()]
    const gateways = ['one', 'two', 'three'].map((holder) => gateway(api, clock, holder))
    await phase(api).toBe('Succeeded')
    await clock.advance(120_000)
    expect(gateways.flatMap(({ asked }) => asked)).toHaveLength(4)
  })

  it('are gone on with by another gateway when one is gone, from the version that it was at', async () => {
    const [api, clock] = [apiServer(), new FakeClock()]
    const one = gateway(api, clock)
    await phase(api).toBe('Succeeded')
    // It was killed after the first version of the next run.
    await one.owner.close()
    await clock.advance(1)
    const { results = [], run } = api.status()
    const startedAt = new Date(clock.now()).toISOString()
    api.stored.status = {
      run: { ...run, phase: 'Running', startedAt, done: 2 },
      results: results.map((result) =>
        result.version === '1' ? { ...result, runStartedAt: startedAt } : result,
      ),
    }
    const two = gateway(api, clock, 'two')
    await clock.advance(30_000)
    expect(two.asked).toEqual([])
    await expect
      .poll(async () => {
        await clock.advance(10_000)
        return api.status().run
      })
      .toMatchObject({ holder: 'two', phase: 'Succeeded', done: 4, startedAt })
    expect(two.asked).toEqual(['2:a', '2:b'])
  })

  it('end when they have changed', async () => {
    const [api, clock] = [apiServer(), new FakeClock()]
    const one = gateway(api, clock)
    one.fallSilent()
    await expect.poll(() => one.asked.length).toBe(2)
    one.change({ generation: 2 })
    await expect.poll(() => api.status().run?.generation).toBe(2)
    await expect.poll(() => one.asked.length).toBe(4)
  })

  it('say what is wrong with their cases, and run when that is mended', async () => {
    const [api, clock] = [apiServer(), new FakeClock()]
    const one = gateway(api, clock)
    await phase(api).toBe('Succeeded')
    one.put({ 'cases.jsonl': 'x' })
    one.change({ generation: 2 })
    await phase(api).toBe('Failed')
    expect(api.status().run?.message).toContain('line 1: not JSON')
    one.put({ 'cases.jsonl': '{}' })
    await expect.poll(() => api.status().run).toMatchObject({ phase: 'Succeeded', done: 2 })
    expect(api.status().run).not.toHaveProperty('message')
  })

  it('wait for versions that the prompt does not have yet', async () => {
    const [api, clock] = [apiServer(), new FakeClock()]
    const one = gateway(api, clock)
    await phase(api).toBe('Succeeded')
    one.publish('1')
    one.change({ generation: 2 })
    await phase(api).toBe('Failed')
    expect(api.status().run?.message).toContain('has no version 2')
    one.publish('1', '2')
    await expect.poll(() => api.status().run).toMatchObject({ phase: 'Succeeded', done: 4 })
  })

  it('do not wait for ever for a worker that does not answer', async () => {
    const [api, clock] = [apiServer(), new FakeClock()]
    const one = gateway(api, clock)
    one.fallSilent()
    await expect.poll(() => one.asked.length).toBe(2)
    await expect
      .poll(async () => {
        await clock.advance(5_000)
        return api.status().run?.phase
      })
      .toBe('Succeeded')
    expect(api.status().results?.[0]).toMatchObject({
      cases: 0,
      failed: 2,
      message: 'case 1: no worker answered in time',
    })
  })

  it('are run when their schedule says so', async () => {
    const [api, clock] = [apiServer(), new FakeClock()]
    const one = gateway(api, clock)
    await phase(api).toBe('Succeeded')
    one.change({ generation: 2, schedule: '@hourly' })
    await expect.poll(() => api.status().run).toMatchObject({ generation: 2, phase: 'Succeeded' })
    await clock.advance(3_500_000)
    expect(one.asked).toHaveLength(8)
    await clock.advance(120_000)
    await expect.poll(() => one.asked.length).toBe(12)
  })
})
