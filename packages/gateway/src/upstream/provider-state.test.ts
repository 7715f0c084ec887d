import { FakeClock } from '@fairlead/base/testing'
import { describe, expect, it } from 'vitest'
import { ProviderState } from './provider-state.ts'

const settings = {
  failures: 3,
  windowMs: 30_000,
  ejectForMs: 10_000,
  maxEjectForMs: 25_000,
  maxEjectedPercent: 100,
  probe: undefined,
}

function stateAt(clock: FakeClock) {
  const reported: string[] = []
  const state = new ProviderState(clock, settings, () => reported.push(state.health))
  const fail = (times: number) => {
    for (let count = 0; count < times; count += 1)
      state.failed('ServerError', 'broken', clock.monotonicMs())
  }
  const leftMs = () => Math.max(state.availableAtMs - clock.monotonicMs(), 0)
  return { state, reported, fail, leftMs }
}

describe('the state of a provider', () => {
  it('is ejected after failures in a row, and only then', async () => {
    const clock = new FakeClock()
    const { state, fail, leftMs } = stateAt(clock)
    state.succeeded(clock.monotonicMs())
    fail(2)
    state.succeeded(clock.monotonicMs())
    fail(2)
    expect([state.health, leftMs()]).toEqual(['Healthy', 0])
    fail(1)
    expect([state.health, leftMs(), state.ejections]).toEqual(['Unreachable', 10_000, 1])
  })

  it('is ejected if its answers begin and break off', () => {
    const clock = new FakeClock()
    const { state, fail, leftMs } = stateAt(clock)
    for (let call = 0; call < 3; call += 1) {
      state.began(clock.monotonicMs())
      fail(1)
    }
    expect([state.health, leftMs()]).toEqual(['Unreachable', 10_000])
  })

  it('says what happened in sentences with one full stop each', () => {
    const { state } = stateAt(new FakeClock())
    state.failed('Connect', 'No address was found.', 0)
    expect(state.message).toBe('The latest call failed: No address was found.')
    state.coolDown(1, 'status 529')
    expect(state.message).toBe('It asks for a pause: status 529.')
  })

  it('is unknown again when keys that could not be used have changed', () => {
    const { state, fail } = stateAt(new FakeClock())
    state.keysUnusable()
    state.keysChanged()
    expect(state.health).toBe('Unknown')
    state.keysLimited()
    state.keysChanged()
    expect(state.health).toBe('Unknown')
    state.coolDown(1_000, 'status 529')
    state.keysChanged()
    expect(state.health).toBe('RateLimited')
    fail(3)
    state.keysChanged()
    expect(state.health).toBe('Unreachable')
  })

  it('stays ejected although an answer ends that had begun before', () => {
    const clock = new FakeClock()
    const { state, fail, leftMs } = stateAt(clock)
    fail(2)
    state.completed()
    fail(2)
    expect(leftMs()).toBe(0)
    fail(1)
    state.completed()
    expect([state.health, leftMs()]).toEqual(['Unreachable', 10_000])
  })

  it('forgets failures that are longer ago than the window', async () => {
    const clock = new FakeClock()
    const { fail, leftMs } = stateAt(clock)
    fail(2)
    await clock.advance(30_001)
    fail(2)
    expect(leftMs()).toBe(0)
  })

  it('lets one call try it when the time is over; its failure doubles the time, up to the bound', async () => {
    const clock = new FakeClock()
    const { state, fail, leftMs } = stateAt(clock)
    fail(3)
    const durations: number[] = []
    for (let round = 0; round < 3; round += 1) {
      durations.push(leftMs())
      await clock.advance(leftMs())
      state.claim(clock.monotonicMs())
      expect(leftMs()).toBe(10_000)
      fail(1)
    }
    expect([...durations, leftMs()]).toEqual([10_000, 20_000, 25_000, 25_000])
    await clock.advance(leftMs())
    state.claim(clock.monotonicMs())
    state.succeeded(clock.monotonicMs())
    expect([state.health, leftMs(), state.ejections]).toEqual(['Healthy', 0, 0])
  })

  it('counts the failure of the call that tries it, whose start is noted before others look', async () => {
    const clock = new FakeClock()
    const { leftMs, state, fail } = stateAt(clock)
    fail(3)
    await clock.advance(10_000)
    const startedMs = clock.monotonicMs()
    // On a real clock some time passes between two looks at it.
    await clock.advance(0.01)
    state.claim(startedMs)
    await clock.advance(2_000)
    state.failed('ServerError', 'broken', startedMs)
    expect([leftMs(), state.ejections]).toEqual([20_000, 2])
  })

  it('learns nothing from what was under way when it was ejected, or is asked as a last resort', async () => {
    const clock = new FakeClock()
    const { fail, leftMs, state } = stateAt(clock)
    fail(3)
    await clock.advance(4_000)
    fail(5)
    expect([leftMs(), state.ejections]).toEqual([6_000, 1])
  })

  it('a call that tries it and never ends keeps it away for no longer than an ejection', async () => {
    const clock = new FakeClock()
    const { fail, leftMs, state } = stateAt(clock)
    fail(3)
    await clock.advance(10_000)
    state.claim(clock.monotonicMs())
    await clock.advance(10_000)
    expect(leftMs()).toBe(0)
  })

  it('is tried by calls again when the probe that was to bring it back is configured no more', async () => {
    const clock = new FakeClock()
    const { fail, leftMs, state } = stateAt(clock)
    state.configure({ ...settings, probe: { intervalMs: 5_000, model: 'm' } })
    fail(3)
    expect(leftMs()).toBe(Infinity)
    state.configure(settings)
    expect(leftMs()).toBe(10_000)
  })

  it('rests as long as it asks, within the bound', () => {
    const clock = new FakeClock()
    const { state, leftMs, reported } = stateAt(clock)
    state.coolDown(7_000, 'status 529')
    expect(leftMs()).toBe(7_000)
    state.coolDown(3_600_000, 'status 529')
    expect(leftMs()).toBe(25_000)
    expect(reported).toEqual(['RateLimited'])
    state.succeeded(clock.monotonicMs())
    expect(leftMs()).toBe(0)
  })

  it('rests on although a call is answered that began before it asked', async () => {
    const clock = new FakeClock()
    const { state, leftMs } = stateAt(clock)
    const startedMs = clock.monotonicMs()
    await clock.advance(1_000)
    state.coolDown(20_000, 'status 529')
    await clock.advance(1_000)
    state.succeeded(startedMs)
    expect([state.health, leftMs()]).toEqual(['RateLimited', 19_000])
    state.succeeded(clock.monotonicMs())
    expect([state.health, leftMs()]).toEqual(['Healthy', 0])
  })

  it('one that has never answered is Unreachable after its first failure; a flapping one reports once', () => {
    const clock = new FakeClock()
    const { fail, reported } = stateAt(clock)
    fail(1)
    fail(1)
    expect(reported).toEqual(['Unreachable'])
  })
})
