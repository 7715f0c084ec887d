import { FakeClock } from '@fairlead/base/testing'
import { Counter, Gauge, Registry } from 'prom-client'
import { describe, expect, it } from 'vitest'
import type { MetricFamily } from '../worker-messages/messages.ts'
import { SummedMetrics } from './summed-metrics.ts'

const counter = (value: number, labels = {}): MetricFamily => ({
  name: 'calls_total',
  help: 'Calls.',
  type: 'counter',
  aggregator: 'sum',
  values: [{ labels, value }],
})
const gauge = (name: string, value: number, aggregator = 'sum'): MetricFamily => ({
  name,
  help: 'Now.',
  type: 'gauge',
  aggregator,
  values: [{ labels: {}, value }],
})
const histogram = (counts: readonly [number, number], sum: number): MetricFamily => ({
  name: 'seconds',
  help: 'Time.',
  type: 'histogram',
  aggregator: 'sum',
  values: [
    { metricName: 'seconds_bucket', labels: { le: 1 }, value: counts[0] },
    { metricName: 'seconds_bucket', labels: { le: '+Inf' }, value: counts[1] },
    { metricName: 'seconds_sum', labels: {}, value: sum },
    { metricName: 'seconds_count', labels: {}, value: counts[1] },
  ],
})

function bench() {
  const clock = new FakeClock()
  const own = new Registry()
  const metrics = new SummedMetrics(own, clock)
  const worker = (families: readonly MetricFamily[]) => {
    const state = { families, silent: false }
    const member = metrics.join(() => {
      if (!state.silent) queueMicrotask(() => member.received(structuredClone(state.families)))
    })
    return { state, member }
  }
  return { clock, own, metrics, worker }
}

/** The samples, without comments. */
const samples = async (metrics: SummedMetrics) =>
  (await metrics.metrics()).split('\n').filter((line) => line !== '' && !line.startsWith('#'))

describe('the metrics of several processes', () => {
  it('are added up with those of the primary', async () => {
    const { own, metrics, worker } = bench()
    new Counter({ name: 'calls_total', help: 'Calls.', registers: [own] }).inc(1)
    worker([counter(2), histogram([1, 3], 4.5), gauge('running', 5)])
    worker([counter(3), histogram([2, 2], 0.5), gauge('running', 6)])
    worker([counter(7, { route: 'a' })])
    expect(await samples(metrics)).toEqual([
      'calls_total 6',
      'calls_total{route="a"} 7',
      'seconds_bucket{le="1"} 3',
      'seconds_bucket{le="+Inf"} 5',
      'seconds_sum 5',
      'seconds_count 5',
      'running 11',
    ])
  })

  it('combine gauges as they say', async () => {
    const { own, metrics, worker } = bench()
    new Gauge({ name: 'start', help: 'Start.', aggregator: 'omit', registers: [own] }).set(1)
    worker([gauge('start', 2, 'omit'), gauge('lag', 1, 'average'), gauge('peak', 1, 'max')])
    worker([gauge('start', 3, 'omit'), gauge('lag', 2, 'average'), gauge('peak', 2, 'max')])
    expect(await samples(metrics)).toEqual(['start 1', 'lag 1.5', 'peak 2'])
  })

  it('keep what a dead worker counted, and drop its gauges', async () => {
    const { metrics, worker } = bench()
    const dying = worker([counter(5), histogram([1, 1], 1), gauge('running', 1)])
    worker([counter(1), gauge('running', 2)])
    await metrics.metrics()
    dying.member.left()
    const replacement = worker([counter(1)])
    expect(await samples(metrics)).toEqual(
      expect.arrayContaining(['calls_total 7', 'seconds_count 1', 'running 2']),
    )
    replacement.member.left()
    expect(await samples(metrics)).toContain('calls_total 7')
  })

  it('use the last values of a worker that does not answer in time', async () => {
    const { clock, metrics, worker } = bench()
    const hung = worker([counter(5)])
    await metrics.metrics()
    hung.state.silent = true
    const [first, second] = [samples(metrics), samples(metrics)]
    await clock.advance(500)
    expect(await first).toEqual(['calls_total 5'])
    expect(await second).toEqual(['calls_total 5'])
    hung.member.left()
    expect(clock.pendingTimers).toBe(0)
  })

  it('lose little of a worker that is killed, also if nobody reads them', async () => {
    const { clock, metrics, worker } = bench()
    const dying = worker([counter(5)])
    await clock.advance(5_000)
    dying.member.left()
    expect(await samples(metrics)).toEqual(['calls_total 5'])
  })
})
