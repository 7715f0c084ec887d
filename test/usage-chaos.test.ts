import { type ChildProcess, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { systemClock } from '@fairlead/base'
import { SeededRandom, type RedisServer, startRedisServer } from '@fairlead/base/testing'
import type { CounterView } from '@fairlead/usage'
import { expect, it, onTestFinished } from 'vitest'
import { openStore } from '../packages/usage/src/stores/redis/test-support/open-store.ts'
import { budgets, counters, most } from './usage-chaos/budgets.ts'
import { type CountingUpstream, startCountingUpstream } from './usage-chaos/counting-upstream.ts'

/*
 * Budgets of every kind, used up by 200 callers over several processes that share a real Redis with
 * an append-only file: no more is ever served than the limit, but by what the counters show as
 * unsettled; and where nothing was killed, they show to the unit what was served.
 * FAIRLEAD_CHAOS_ROUNDS runs the kills more often.
 */
const program = fileURLToPath(new URL('./usage-chaos/caller.program.ts', import.meta.url))
const rounds = Number(process.env['FAIRLEAD_CHAOS_ROUNDS'] ?? 1)
const callers = 200

interface Scene {
  readonly redis: RedisServer
  readonly upstream: CountingUpstream
  readonly gateways: number
  readonly percent: number
  readonly runningMax: number
}

it.each([
  [1, 0],
  [2, 5],
  [4, 0],
  [4, 5],
])(
  '%d gateways with leases of %d percent use up budgets exactly',
  async (gateways, percent) => {
    await using redis = await startRedisServer()
    await using upstream = await startCountingUpstream(gateways + percent)
    const scene = { redis, upstream, gateways, percent, runningMax: counters.running.limit }
    const running = Array.from({ length: gateways }, () => startCaller(scene))
    await whenUsedUp(scene)
    await Promise.all(running.map(stop))
    const views = await viewsOf(scene)
    expect(Object.fromEntries(budgets.map((budget) => [budget, views[budget].used]))).toEqual(
      upstream.served,
    )
    for (const { reserved, unsettled } of Object.values(views)) {
      expect([reserved, unsettled]).toEqual([0, 0])
    }
    for (const budget of budgets) {
      expect(upstream.served[budget]).toBeLessThanOrEqual(counters[budget].limit)
    }
    expect(upstream.mostAtATime()).toBeLessThanOrEqual(counters.running.limit)
    expect(upstream.mostAtATime()).toBeGreaterThan(1)
  },
  60_000,
)

it.each(
  Array.from({ length: rounds }, (_, round) => [
    [2, 0, round],
    [4, 5, round],
  ]).flat(),
)(
  '%d gateways with leases of %d percent overspend no more than is shown when killed (round %d)',
  async (gateways = 1, percent = 0, round = 0) => {
    await using redis = await startRedisServer()
    await using upstream = await startCountingUpstream(round)
    // What runs in a process that was killed is held for 30 seconds: there is room for it.
    const scene = { redis, upstream, gateways, percent, runningMax: 10 * callers }
    const random = new SeededRandom(round + 1)
    const running = Array.from({ length: gateways }, () => startCaller(scene))
    let serving = 0
    for (let kill = 0; kill < 6; kill++) {
      serving = upstream.served.requests
      const enough = serving + random.below(30)
      // With what is held for those who were killed, requests may be used up before, and long before
      // the other budgets are.
      await expect
        .poll(
          async () =>
            upstream.served.requests > enough || !(await budgetsLeft(scene)).includes('requests'),
          { timeout: 15_000, interval: 10 },
        )
        .toBe(true)
      if (kill % 3 === 2) {
        await redis.kill()
        await redis.restart()
      } else {
        const index = random.below(gateways)
        await kill9(running[index])
        running[index] = startCaller(scene)
      }
    }
    await whenUsedUp(scene)
    await Promise.all(running.map(stop))
    // What those had who were killed is held for them: nothing beyond the limit.
    let views = await viewsOf(scene)
    for (const budget of budgets) {
      const { used, reserved } = views[budget]
      expect(used + reserved, budget).toBeLessThanOrEqual(counters[budget].limit)
      expect(upstream.served[budget], budget).toBeLessThanOrEqual(used + reserved)
    }

    // Their leases end, and what comes back is used again.
    views = await viewsOf(scene, 31_000)
    for (const { reserved } of Object.values(views)) expect(reserved).toBe(0)
    const again = Array.from({ length: gateways }, () => startCaller(scene))
    await whenUsedUp(scene)
    await Promise.all(again.map(stop))
    views = await viewsOf(scene)
    for (const budget of budgets) {
      const { used, unsettled } = views[budget]
      expect(used, budget).toBeLessThanOrEqual(counters[budget].limit)
      expect(upstream.served[budget], budget).toBeLessThanOrEqual(used + unsettled)
    }
  },
  120_000,
)

function startCaller({ redis, upstream, gateways, percent, runningMax }: Scene): ChildProcess {
  const args = [
    redis.url,
    'chaos/default',
    upstream.port,
    callers / gateways,
    percent,
    runningMax,
  ].map(String)
  const child = spawn(process.execPath, ['--conditions=source', program, ...args], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  // What is sent to one that was killed goes nowhere.
  child.on('error', () => {})
  onTestFinished(() => void child.kill('SIGKILL'))
  return child
}

async function stop(child: ChildProcess): Promise<void> {
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve))
  child.send('stop')
  expect(await ended).toBe(0)
}

async function kill9(child: ChildProcess | undefined): Promise<void> {
  const ended = new Promise((resolve) => child?.once('exit', resolve))
  child?.kill('SIGKILL')
  await ended
}

/** When no further call fits into any of the budgets, and no call runs. */
async function whenUsedUp(scene: Scene): Promise<void> {
  await expect.poll(() => budgetsLeft(scene), { timeout: 45_000, interval: 100 }).toEqual([])
}

/** Those of which a call may still get what it needs at the most. */
async function budgetsLeft(scene: Scene): Promise<readonly string[]> {
  const views = await viewsOf(scene)
  return budgets.filter((budget) => {
    const { used, reserved } = views[budget]
    return used + reserved + most[budget] <= counters[budget].limit
  })
}

/** As they stand, or so much later. */
async function viewsOf(
  { redis }: Scene,
  laterMs?: number,
): Promise<Readonly<Record<keyof typeof counters, CounterView>>> {
  await using opened = openStore(redis.url, {
    gateway: 'chaos/default',
    ...(laterMs === undefined ? {} : { nowMs: () => systemClock.now() + laterMs }),
  })
  const views = await opened.store.view(Object.values(counters))
  return Object.fromEntries(
    Object.keys(counters).map((name, index) => [name, views[index]]),
  ) as unknown as Readonly<Record<keyof typeof counters, CounterView>>
}
