import type { LLMGatewayReplica } from '@fairlead/api'
import { silentLogger } from '@fairlead/base'
import { FakeClock } from '@fairlead/base/testing'
import type { Client } from '@fairlead/controller-runtime'
import type { GatewayReport } from '@fairlead/gateway'
import { expect, it } from 'vitest'
import { reportReplica } from './replica-reporter.ts'

/** What is applied for a report. */
async function reported(report: GatewayReport): Promise<LLMGatewayReplica> {
  const entries: LLMGatewayReplica[] = []
  const apply = async (_: unknown, object: Applied) => void entries.push(...object.status.replicas)
  const stop = new AbortController()
  const reporting = reportReplica(
    {
      client: { status: { apply } } as unknown as Client,
      gateway: { onReportChange: () => () => {}, report: () => report },
      url: () => 'http://127.0.0.1:8080',
      target: { namespace: 'default', name: 'default' },
      replica: 'one',
      clock: new FakeClock(),
      logger: silentLogger,
    },
    stop.signal,
  )
  stop.abort()
  await reporting
  const [entry] = entries
  if (entry === undefined) throw new Error('nothing was reported')
  return entry
}

interface Applied {
  readonly status: { readonly replicas: readonly LLMGatewayReplica[] }
}

it('a report that fails is tried again after 500 ms, then twice as long each time', async () => {
  const clock = new FakeClock()
  let failing = true
  const apply = () => (failing ? Promise.reject(new Error('away')) : Promise.resolve())
  const stop = new AbortController()
  const reporting = reportReplica(
    {
      client: { status: { apply } } as unknown as Client,
      gateway: {
        onReportChange: () => () => {},
        report: () => ({ configHash: '', problems: [], providers: [] }),
      },
      url: () => 'http://127.0.0.1:8080',
      target: { namespace: 'default', name: 'default' },
      replica: 'one',
      clock,
      logger: silentLogger,
    },
    stop.signal,
  )
  const delays: number[] = []
  for (let attempt = 0; attempt < 8; attempt++) delays.push(await clock.advanceToNextTimer())
  expect(delays).toEqual([500, 1000, 2000, 4000, 8000, 16_000, 20_000, 20_000])

  failing = false
  await clock.advanceToNextTimer()
  expect(clock.nextTimerInMs).toBe(20_000)
  stop.abort()
  await reporting
  expect(clock.pendingTimers).toBe(0)
})

it('a report holds what is counted, priced and stored, as far as there is any of it', async () => {
  const counter = {
    policy: 'default/team',
    limit: 'month',
    subject: 'default/app',
    used: '12.5',
    reserved: '0.5',
    amount: '500',
    overshoot: '0',
    resetsAtMs: Date.parse('2026-02-01T00:00:00Z'),
  }
  const entry = await reported({
    configHash: 'sha256:x',
    problems: [],
    providers: [],
    counters: Array.from({ length: 100 }, () => counter),
    unpriced: Array.from({ length: 100 }, () => ({ provider: 'default/openai', model: 'new' })),
    stateStore: { name: 'redis', available: false, message: 'x'.repeat(10_000) },
  })
  expect(entry.counters).toHaveLength(64)
  const { resetsAtMs: _, ...amounts } = counter
  expect(entry.counters?.[0]).toEqual({ ...amounts, resetsAt: '2026-02-01T00:00:00Z' })
  expect(entry.unpriced).toHaveLength(32)
  expect(entry.unpriced?.[0]).toBe('default/openai new')
  expect(entry.stateStore).toMatchObject({ name: 'redis', available: false })
  const bare = await reported({ configHash: 'sha256:x', problems: [], providers: [] })
  expect(Object.keys(bare)).not.toContain('counters')
  expect(Object.keys(bare)).not.toContain('stateStore')
})

it('a report holds no more than the status does: the providers that were called, failing ones first', async () => {
  const providers = Array.from({ length: 1000 }, (_, index) => ({
    namespace: 'default',
    name: `p${index}`,
    health:
      index === 999
        ? ('Unreachable' as const)
        : index % 2 === 0
          ? ('Healthy' as const)
          : ('Unknown' as const),
    message: '',
    credentials: [],
  }))
  const problems = providers.map(({ name }) => ({
    kind: 'LLMProvider',
    namespace: 'default',
    name,
    reason: 'SecretKeyMissing',
    message: '',
  }))
  const entry = await reported({ configHash: 'sha256:x', problems, providers })
  expect(entry.problems).toHaveLength(64)
  expect(entry.providers).toHaveLength(256)
  expect(entry.providers?.slice(0, 2)).toMatchObject([{ name: 'p999' }, { name: 'p0' }])
})

it('a new configuration is reported at once, every other change at most once a second', async () => {
  const clock = new FakeClock()
  const startMs = clock.monotonicMs()
  const sent: string[] = []
  let configHash = 'a'
  let change = () => {}
  const stop = new AbortController()
  const reporting = reportReplica(
    {
      client: {
        status: {
          apply: async () => void sent.push(`${configHash} at ${clock.monotonicMs() - startMs}`),
        },
      } as unknown as Client,
      gateway: {
        onReportChange: (listener) => {
          change = listener
          return () => {}
        },
        report: () => ({ configHash, problems: [], providers: [] }),
      },
      url: () => 'http://127.0.0.1:8080',
      target: { namespace: 'default', name: 'default' },
      replica: 'one',
      clock,
      logger: silentLogger,
    },
    stop.signal,
  )
  await clock.timerOf(20_000)
  await clock.advance(300)
  for (let flap = 0; flap < 5; flap++) change()
  await clock.timerOf(700)
  expect(sent).toEqual(['a at 0'])
  await clock.advance(700)
  await clock.timerOf(20_000)
  expect(sent).toEqual(['a at 0', 'a at 1000'])
  await clock.advance(100)
  change()
  await clock.timerOf(900)
  configHash = 'b'
  change()
  await clock.timerOf(20_000)
  expect(sent).toEqual(['a at 0', 'a at 1000', 'b at 1100'])
  stop.abort()
  await reporting
  expect(clock.pendingTimers).toBe(0)
})
