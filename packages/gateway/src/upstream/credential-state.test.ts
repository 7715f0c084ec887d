import { FakeClock } from '@fairlead/base/testing'
import { describe, expect, it } from 'vitest'
import { CredentialState } from './credential-state.ts'
import { CredentialStates } from './credential-states.ts'

function stateAt(clock: FakeClock) {
  let changes = 0
  const state = new CredentialState(clock, () => (changes += 1))
  const leftMs = (model = 'm') => Math.max(state.availableAtMs(model) - clock.monotonicMs(), 0)
  return { state, leftMs, changes: () => changes }
}

describe('the state of a key', () => {
  it('is skipped after a refusal, longer each time, and comes back by itself', async () => {
    const clock = new FakeClock()
    const { state, leftMs } = stateAt(clock)
    const skips: number[] = []
    for (let round = 0; round < 7; round += 1) {
      state.refused('Refused')
      skips.push(leftMs())
      await clock.advance(leftMs())
      expect(leftMs()).toBe(0)
      state.claim()
      expect(leftMs()).toBe(10_000)
    }
    expect(skips).toEqual([10_000, 20_000, 40_000, 80_000, 160_000, 300_000, 300_000])
    state.accepted('m', clock.monotonicMs())
    expect([state.status, leftMs(), state.untilMs]).toEqual(['Usable', 0, undefined])
  })

  it('calls that are refused together are one refusal', () => {
    const { state, leftMs, changes } = stateAt(new FakeClock())
    for (let count = 0; count < 5; count += 1) state.refused('Exhausted')
    expect([leftMs(), state.status, changes()]).toEqual([10_000, 'Exhausted', 1])
  })

  it('a limit concerns one model, and ends when the provider said', async () => {
    const clock = new FakeClock()
    const { state, leftMs } = stateAt(clock)
    state.limited('large', 7_000)
    expect([leftMs('large'), leftMs('small'), state.status]).toEqual([7_000, 0, 'Exhausted'])
    await clock.advance(7_000)
    expect([leftMs('large'), state.status, state.untilMs]).toEqual([0, 'Usable', undefined])
  })

  it('a limit stays although a call is answered that began before it', async () => {
    const clock = new FakeClock()
    const { state, leftMs } = stateAt(clock)
    const startedMs = clock.monotonicMs()
    await clock.advance(1_000)
    state.limited('m', 7_000)
    state.accepted('m', startedMs)
    expect(leftMs()).toBe(7_000)
    state.accepted('m', clock.monotonicMs())
    expect(leftMs()).toBe(0)
  })

  it('the limits of many models are bounded', () => {
    const { state, leftMs } = stateAt(new FakeClock())
    for (let model = 0; model < 1000; model += 1) state.limited(`m${model}`, 5_000)
    expect([leftMs('m0'), leftMs('m999')]).toEqual([0, 5_000])
  })

  it('a call may wait for a new value just after the first refusal', async () => {
    const clock = new FakeClock()
    const { state } = stateAt(clock)
    expect(state.rotationWaitMs).toBe(0)
    state.refused('Refused')
    await clock.advance(1_000)
    expect(state.rotationWaitMs).toBe(500)
    await clock.advance(1_000)
    expect(state.rotationWaitMs).toBe(0)
  })
})

describe('the states of all keys', () => {
  it('belong to a provider and a value, are bounded and forgotten with the provider', () => {
    const states = new CredentialStates(new FakeClock(), () => {})
    const first = states.of('a/p', 'key')
    expect(states.of('a/p', 'key')).toBe(first)
    expect(states.of('a/q', 'key')).not.toBe(first)
    for (let count = 0; count < 100; count += 1) states.of('a/p', `key ${count}`)
    expect(states.of('a/p', 'key')).not.toBe(first)
    const second = states.of('a/q', 'key')
    states.retain((provider) => provider === 'a/p')
    expect(states.of('a/q', 'key')).not.toBe(second)
  })
})
