import { Counter, Gauge, Registry } from 'prom-client'
import { expect, it } from 'vitest'
import { PendingCount } from './pending-count.ts'

const labels = { name: 'a' }
const valuesOf = async (metric: Counter | Gauge) => (await metric.get()).values

it('appears at once, and counts what came since the last flush', async () => {
  const registers = [new Registry()]
  const counter = new Counter({ name: 'adds', help: '…', labelNames: ['name'], registers })
  const count = new PendingCount((value) => counter.inc(labels, value))
  expect(await valuesOf(counter)).toEqual([{ labels, value: 0 }])
  count.add()
  count.add(2)
  count.flush()
  count.flush()
  expect(await valuesOf(counter)).toEqual([{ labels, value: 3 }])
})

it('of two with the same labels, neither loses what the other counted', async () => {
  const registers = [new Registry()]
  const gauge = new Gauge({ name: 'depth', help: '…', labelNames: ['name'], registers })
  const [one, two] = [1, 2].map(() => new PendingCount((value) => gauge.inc(labels, value)))
  one?.add(5)
  two?.add(-2)
  one?.flush()
  two?.flush()
  expect(await valuesOf(gauge)).toEqual([{ labels, value: 3 }])
})
