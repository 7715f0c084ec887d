import { silentLogger } from '@fairlead/base'
import { FakeClock } from '@fairlead/base/testing'
import type { Client } from '@fairlead/controller-runtime'
import { expect, it } from 'vitest'
import { reportReplica, type ReportingReplica } from './replica-reporter.ts'

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
      url: 'http://127.0.0.1:8080',
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

it('a report holds no more than the status does: the providers that were called, failing ones first', async () => {
  const clock = new FakeClock()
  const reports: { readonly status: { readonly replicas: readonly Report[] } }[] = []
  const providers = Array.from({ length: 1000 }, (_, index) => ({
    namespace: 'default',
    name: `p${index}`,
    health: index === 999 ? 'Unreachable' : index % 2 === 0 ? 'Healthy' : 'Unknown',
    message: '',
    credentials: [],
  }))
  const problems = providers.map(({ name }) => ({
    kind: 'LLMProvider',
    namespace: 'default',
    name,
  }))
  const stop = new AbortController()
  const reporting = reportReplica(
    {
      client: {
        status: {
          apply: async (_: unknown, object: (typeof reports)[0]) => void reports.push(object),
        },
      } as unknown as Client,
      gateway: {
        onReportChange: () => () => {},
        report: () => ({ configHash: 'sha256:x', problems, providers }),
      } as unknown as ReportingReplica,
      url: 'http://127.0.0.1:8080',
      target: { namespace: 'default', name: 'default' },
      replica: 'one',
      clock,
      logger: silentLogger,
    },
    stop.signal,
  )
  stop.abort()
  await reporting
  const [entry] = reports[0]?.status.replicas ?? []
  expect(entry?.problems).toHaveLength(64)
  expect(entry?.providers).toHaveLength(256)
  expect(entry?.providers.slice(0, 2)).toMatchObject([{ name: 'p999' }, { name: 'p0' }])
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
      url: 'http://127.0.0.1:8080',
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

interface Report {
  readonly problems: readonly object[]
  readonly providers: readonly { readonly name: string }[]
}
