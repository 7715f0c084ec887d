import { systemClock } from '@fairlead/base'
import { FakeClock } from '@fairlead/base/testing'
import { describe, expect, it } from 'vitest'
import {
  type BrokenPrimaryRun,
  failedCalls,
  quantile,
  trialsOf,
  untriedDurations,
  type RunTimes,
  runWithBrokenPrimary,
  runWithFlappingPrimary,
} from './broken-primary.ts'
import { moveClockUntil } from './move-clock.ts'

/** Steps of the injected clock: what one call takes in them beside its latency. */
const stepMs = 25
const stepsMax = 4

const times: RunTimes = {
  callEveryMs: 100,
  latencyMs: 200,
  firstByteMs: 1_000,
  ejectForMs: 5_000,
}

function underInjectedClock<T>(run: (clock: FakeClock) => Promise<T>): Promise<T> {
  const clock = new FakeClock()
  return moveClockUntil(run(clock), clock, { stepMs, turnsPerStep: 40 })
}

function slowest(run: BrokenPrimaryRun): number {
  const untried = untriedDurations(run)
  expect(untried.length).toBeGreaterThan(100)
  return untried.at(-1) ?? Number.NaN
}

describe('with a good second target, under an injected clock', () => {
  it.each(['Dead', 'Hung'] as const)('a primary that is %s fails no call', async (mode) => {
    const run = await underInjectedClock((clock) => runWithBrokenPrimary(mode, times, clock))
    expect(failedCalls(run)).toEqual([])
    // One call per ejection tries it; all others take as long as the good target does.
    expect(trialsOf(run).length).toBeLessThanOrEqual(Math.ceil(run.ejectedForMs / times.ejectForMs))
    expect(slowest(run)).toBeLessThanOrEqual(times.latencyMs + stepsMax * stepMs)
    const untilTriedMs = times.ejectForMs + times.firstByteMs
    expect(run.recoveryMs).toBeLessThanOrEqual(
      untilTriedMs + times.callEveryMs + times.latencyMs + stepsMax * stepMs,
    )
    expect(new Set(run.recovered.map(({ answer }) => answer.provider))).toEqual(
      new Set(['default/faulty']),
    )
  })

  it('with a probe, no call at all waits for one that hangs', async () => {
    const probed = { ...times, probeMs: 2_000 }
    const run = await underInjectedClock((clock) => runWithBrokenPrimary('Hung', probed, clock))
    expect(failedCalls(run)).toEqual([])
    expect(trialsOf(run)).toEqual([])
    expect(slowest(run)).toBeLessThanOrEqual(times.latencyMs + stepsMax * stepMs)
    expect(run.recoveryMs).toBeLessThanOrEqual(
      probed.probeMs +
        times.firstByteMs +
        times.callEveryMs +
        2 * times.latencyMs +
        stepsMax * stepMs,
    )
  })

  it('one that flaps fails no call, and is back when it has settled', async () => {
    const run = await underInjectedClock((clock) => runWithFlappingPrimary(times, clock))
    expect(failedCalls(run)).toEqual([])
    expect(run.recoveryMs).toBeLessThanOrEqual(
      times.ejectForMs +
        times.firstByteMs +
        times.callEveryMs +
        times.latencyMs +
        stepsMax * stepMs,
    )
    expect(new Set(run.recovered.map(({ answer }) => answer.provider))).toEqual(
      new Set(['default/faulty']),
    )
  })
})

describe('with a good second target, for real', () => {
  it.each(['Dead', 'Hung'] as const)('a primary that is %s fails no call', async (mode) => {
    const real = { callEveryMs: 25, latencyMs: 20, firstByteMs: 1_000, ejectForMs: 1_000 }
    const run = await runWithBrokenPrimary(mode, real, systemClock)
    expect(failedCalls(run)).toEqual([])
    // What a busy machine adds is not known; half of what a wait for the primary adds is room enough.
    expect(quantile(untriedDurations(run), 0.5)).toBeLessThan(real.firstByteMs / 2)
    expect(trialsOf(run).length).toBeLessThanOrEqual(Math.ceil(run.ejectedForMs / real.ejectForMs))
    expect(run.recoveryMs).toBeLessThan(2 * (real.ejectForMs + real.firstByteMs))
  })
})
