import { Registry } from 'prom-client'
import { expect, it, onTestFinished, vi } from 'vitest'
import { EventLoopLag } from './event-loop-lag.ts'

function newLag() {
  const registry = new Registry()
  const lag = new EventLoopLag(registry)
  onTestFinished(() => lag.stop())
  const name = 'fairlead_gateway_event_loop_lag_seconds'
  const read = async (quantile: string): Promise<number> => {
    const metric = await registry.getSingleMetric(name)?.get()
    return metric?.values.find(({ labels }) => labels.quantile === quantile)?.value ?? NaN
  }
  return { lag, read }
}

/** Holds up the whole thread. */
function stall(forMs: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, forMs)
}

/** Lets the event loop see which timers are due. */
async function turn(): Promise<void> {
  for (let phase = 0; phase < 2; phase += 1) await new Promise(setImmediate)
}

it('tells the longest stall since the last reading', async () => {
  const { read } = newLag()
  await vi.waitFor(async () => {
    stall(50)
    await turn()
    const longest = await read('1')
    expect(longest).toBeGreaterThan(0.04)
    expect(longest).toBeLessThan(5)
  })
})

it('tells quantiles in their order', async () => {
  const { read } = newLag()
  await vi.waitFor(async () => expect(await read('0.5')).toBeGreaterThan(0))
})

it('measures nothing once it is stopped', async () => {
  const { lag, read } = newLag()
  await vi.waitFor(async () => expect(await read('1')).toBeGreaterThan(0))
  lag.stop()
  await read('1')
  stall(20)
  await turn()
  expect([await read('0.5'), await read('0.99'), await read('1')]).toEqual([0, 0, 0])
})
