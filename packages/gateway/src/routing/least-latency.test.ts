import { describe, expect, it } from 'vitest'
import { LatencyAverage } from '../upstream/latency-average.ts'
import { leastLatency } from './strategies/least-latency.ts'
import { callWith } from './test-support/call-with.ts'
import { targetOf } from './test-support/strategy-contract.ts'

/** Numbers in [0, 1) that are the same in every run. */
function sequence(): () => number {
  let state = 1
  return () => {
    state = (state * 48_271) % 2_147_483_647
    return state / 2_147_483_647
  }
}

/**
 * Sends a call every `everyMs` to what the strategy puts first; each is measured when its answer
 * begins. `latencyOf` says how fast a target is at a time. Returns how many calls each got.
 */
function simulate(
  names: readonly string[],
  latencyOf: (name: string, nowMs: number) => number,
  { everyMs, fromMs = 0, untilMs }: { everyMs: number; fromMs?: number; untilMs: number },
): Record<string, number> {
  const averages = new Map(names.map((name) => [name, new LatencyAverage()]))
  const targets = names.map((name) =>
    targetOf(name, { latencyMs: ({ nowMs }) => averages.get(name)?.at(nowMs) }),
  )
  const random = sequence()
  const calls = Object.fromEntries(names.map((name) => [name, 0]))
  let waiting: { readonly name: string; readonly sentMs: number; readonly atMs: number }[] = []
  for (let nowMs = 0; nowMs < untilMs; nowMs += everyMs) {
    for (const { name, sentMs, atMs } of waiting.filter((one) => one.atMs <= nowMs)) {
      averages.get(name)?.note(atMs - sentMs, atMs)
    }
    waiting = waiting.filter(({ atMs }) => atMs > nowMs)
    const name = leastLatency.order(targets, callWith({ nowMs }), random)[0]?.name ?? ''
    averages.get(name)?.chosen(nowMs)
    waiting.push({ name, sentMs: nowMs, atMs: nowMs + latencyOf(name, nowMs) })
    if (nowMs >= fromMs) calls[name] = (calls[name] ?? 0) + 1
  }
  return calls
}

const minutes = (count: number) => count * 60_000

describe('LeastLatency under load', () => {
  it('asks new targets in turn until one has answered, and then that one', () => {
    const latencyOf = (name: string) => (name === 'slow' ? 5000 : 100)
    const until = { everyMs: 10, untilMs: 5000 }
    expect(simulate(['slow', 'fast'], latencyOf, until)['slow']).toBeLessThan(10)
    expect(simulate(['slow', 'fast'], latencyOf, { ...until, fromMs: 110 })['slow']).toBe(0)
  })

  it('tries a slow target again from time to time, with few calls', () => {
    const calls = simulate(['slow', 'fast'], (name) => (name === 'slow' ? 5000 : 250), {
      everyMs: 20,
      untilMs: minutes(30),
    })
    // 30 s ln(5000 / 250) lie between two tries: about 20 in half an hour, of 90,000 calls.
    expect(calls['slow']).toBeGreaterThan(10)
    expect(calls['slow']).toBeLessThan(40)
  })

  it('comes back to a target that has become fast', () => {
    const latencyOf = (name: string, nowMs: number) =>
      name === 'steady' ? 300 : nowMs < minutes(5) ? 4000 : 100
    const calls = simulate(['changing', 'steady'], latencyOf, {
      everyMs: 50,
      fromMs: minutes(8),
      untilMs: minutes(10),
    })
    expect(calls['changing'] ?? 0).toBeGreaterThan((calls['steady'] ?? 0) * 9)
  })

  it('leaves a target that has become slow within some answers', () => {
    const latencyOf = (name: string, nowMs: number) =>
      name === 'steady' ? 300 : nowMs < minutes(5) ? 100 : 3000
    const calls = simulate(['changing', 'steady'], latencyOf, {
      everyMs: 50,
      fromMs: minutes(5),
      untilMs: minutes(5) + 10_000,
    })
    // Its first slow answer comes after 3 s, in which it gets 60 calls.
    expect(calls['changing']).toBeLessThan(80)
  })

  it('shares calls between several that are equally fast', () => {
    const calls = simulate(['a', 'b', 'c', 'd'], () => 200, { everyMs: 20, untilMs: minutes(10) })
    for (const count of Object.values(calls)) expect(count).toBeGreaterThan(30_000 / 4 / 4)
  })
})
