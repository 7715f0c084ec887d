import { AggregatorRegistry, Histogram, Registry } from 'prom-client'
import { expect, it } from 'vitest'
import { SeriesHistogram } from './series-histogram.ts'

const labels = { name: 'a', controller: 'b"\n\\' }
const buckets = [0.5, 1, 10]
const observed = [0, 0.5, 0.6, 1, 9, 10, 11, 1e9]
const description = { name: 'seconds', help: 'How long.', buckets }

function theirs(values: readonly number[]): Registry {
  const registry = new Registry()
  const labelNames = ['name', 'controller']
  const histogram = new Histogram({ ...description, labelNames, registers: [registry] })
  histogram.zero(labels)
  for (const value of values) histogram.observe(labels, value)
  return registry
}

function ours(): { registry: Registry; histogram: SeriesHistogram } {
  const registry = new Registry()
  return { registry, histogram: new SeriesHistogram({ ...description, registers: [registry] }) }
}

it('is scraped as a histogram of prom-client, from the first series on', async () => {
  const { registry, histogram } = ours()
  const series = histogram.series(labels)
  expect(await registry.metrics()).toEqual(await theirs([]).metrics())
  for (const value of observed) series.observe(value)
  expect(await registry.metrics()).toEqual(await theirs(observed).metrics())
  registry.resetMetrics()
  expect(await registry.metrics()).toEqual(await theirs([]).metrics())
})

it('is summed over processes as a histogram of prom-client', async () => {
  const { registry, histogram } = ours()
  histogram.series(labels).observe(0.7)
  const summed = async (one: Registry, other: Registry) => {
    const ofProcesses = [await one.getMetricsAsJSON(), await other.getMetricsAsJSON()]
    return AggregatorRegistry.aggregate(ofProcesses).metrics()
  }
  const others = theirs(observed)
  expect(await summed(registry, others)).toBe(await summed(theirs([0.7]), others))
})

it('has one series for the same labels, whatever their order', () => {
  const { histogram } = ours()
  const { name, controller } = labels
  expect(histogram.series({ controller, name })).toBe(histogram.series(labels))
  expect(histogram.series({ name, controller: 'another' })).not.toBe(histogram.series(labels))
})
