import { describe, expect, it } from 'vitest'
import { LatencyAverage } from './latency-average.ts'

describe('an average of latencies', () => {
  it('is unknown at first, and not to be chosen while the first call is under way', () => {
    const average = new LatencyAverage()
    expect(average.at(1000)).toBeUndefined()
    average.chosen(1000)
    expect(average.at(1001)).toBe(Infinity)
    // A call that never told anything does not keep others away for ever.
    expect(average.at(31_001)).toBeUndefined()
    average.chosen(31_001)
    average.note(500, 32_000)
    expect(average.at(32_000)).toBe(500)
  })

  it('follows what is measured', () => {
    const average = new LatencyAverage()
    average.note(100, 0)
    for (let nowMs = 1; nowMs <= 50; nowMs += 1) average.note(1000, nowMs)
    expect(average.measured).toBeGreaterThan(990)
    expect(average.measured).toBeLessThan(1000)
  })

  it('forgets what is long ago', () => {
    const average = new LatencyAverage()
    average.note(10_000, 0)
    average.note(100, 300_000)
    expect(average.measured).toBeLessThan(110)
  })

  it('counts as lower while it is not chosen, and at once as measured when it is', () => {
    const average = new LatencyAverage()
    average.note(10_000, 0)
    expect(average.at(60_000)).toBeCloseTo(1353, 0)
    expect(average.at(120_000)).toBeCloseTo(183, 0)
    average.chosen(120_000)
    expect(average.at(120_000)).toBe(10_000)
  })
})
