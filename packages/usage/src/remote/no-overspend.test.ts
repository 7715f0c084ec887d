import { FakeClock, SeededRandom } from '@fairlead/base/testing'
import { describe, expect, it } from 'vitest'
import { leaseMs } from '../counters/borrowing.ts'
import type { Claim, Counter, Reservation } from '../counters/counter.ts'
import { type TestWorker, testMachine } from './test-support/machine.ts'

const minute = 60_000

/** The last sign of life may be almost half a lease old when a worker is cut off. */
const lostMs = leaseMs / 2 - 1
const burst: Counter = {
  key: 'default/team/burst/alice',
  measure: 'Requests',
  limit: 40,
  window: { type: 'Sliding', everyMs: minute },
}
const tokens: Counter = {
  key: 'default/team/tokens/alice',
  measure: 'TotalTokens',
  limit: 5000,
  window: { type: 'Sliding', everyMs: minute },
}
const hour: Counter = {
  key: 'default/team/hour/alice',
  measure: 'Nanodollars',
  limit: 20_000,
  window: { type: 'Calendar', period: 'Hour', timeZone: 'Asia/Kolkata' },
}
const running: Counter = {
  key: 'default/team/running/alice',
  measure: 'Running',
  limit: 8,
  window: undefined,
}
const all = [burst, tokens, hour, running]

/** A call that was granted. */
interface Granted {
  readonly worker: TestWorker
  readonly reservation: Reservation
  readonly atMs: number
  /** What it can have used of each claim: its claim, and what it settled once it has. */
  amounts: readonly number[]
  state: 'running' | 'settled' | 'killed'
}

interface Scene {
  readonly clock: FakeClock
  readonly random: SeededRandom
  readonly machine: ReturnType<typeof testMachine>
  readonly workers: TestWorker[]
  readonly granted: Granted[]
  readonly asked: Promise<void>[]
  /** Since when a worker is cut off. */
  cutOffMs: number | undefined
}

function claimsOf(random: SeededRandom): Claim[] {
  const amounts = [1, 1 + random.below(400), 1 + random.below(1500), 1]
  return all.flatMap((counter, index) =>
    random.chance(0.8) ? [{ counter, amount: amounts[index] ?? 0, shadow: false }] : [],
  )
}

function reserve({ clock, random, workers, granted, asked }: Scene): void {
  const worker = random.pick(workers)
  const claims = claimsOf(random)
  const answer = async () => {
    try {
      const outcome = await worker.counters.reserve(claims)
      if (!outcome.granted) return
      const amounts = claims.map(({ amount }) => amount)
      const { reservation } = outcome
      granted.push({ worker, reservation, atMs: clock.now(), amounts, state: 'running' })
    } catch {
      // It was cut off.
    }
  }
  asked.push(answer())
}

function settle({ random, granted }: Scene): void {
  const open = granted.filter(({ state }) => state === 'running')
  if (open.length === 0) return
  const call = random.pick(open)
  const { claims } = call.reservation
  call.amounts = claims.map(({ counter: { measure }, amount }) =>
    measure === 'Requests' || measure === 'Running' ? amount : random.below(amount + 1),
  )
  call.state = 'settled'
  call.worker.counters.settle(call.reservation, call.amounts)
}

function kill({ random, workers, granted, machine }: Scene, percent: number): void {
  const place = random.below(workers.length)
  const [dead] = workers.splice(place, 1, machine.start(percent))
  dead?.die()
  for (const call of granted) {
    if (call.worker === dead && call.state === 'running') call.state = 'killed'
  }
}

function cutOff(scene: Scene): void {
  scene.cutOffMs ??= scene.clock.now()
  scene.random.pick(scene.workers).cutOff()
}

function reconnect(scene: Scene): void {
  // Its calls that run are no longer counted: how many they are is not known.
  const isKnown = scene.clock.now() - (scene.cutOffMs ?? Infinity) < lostMs
  if (isKnown) scene.cutOffMs = undefined
  for (const worker of scene.workers) worker.reconnect()
}

/** What calls have used of a counter, or may have, in the window that ends now. */
function truth({ clock, granted }: Scene, counter: Counter): number {
  const nowMs = clock.now()
  const halfHour = minute * 30
  const hourOf = (ms: number) => Math.floor((ms + halfHour) / (2 * halfHour))
  return granted.reduce((sum, { reservation, atMs, amounts, state }) => {
    const place = reservation.claims.findIndex((claim) => claim.counter === counter)
    const amount = amounts[place] ?? 0
    if (counter.measure === 'Running') return state === 'running' ? sum + amount : sum
    const isPresent =
      counter.window?.type === 'Calendar' ? hourOf(atMs) === hourOf(nowMs) : atMs > nowMs - minute
    // What runs longer than its window is still claimed, and counts nowhere else.
    return isPresent ? sum + amount : sum
  }, 0)
}

/** Messages have arrived before time passes. */
async function pass(clock: FakeClock, ms: number): Promise<void> {
  for (let turn = 0; turn < 8; turn++) await clock.advance(0)
  await clock.advance(ms)
}

async function check(scene: Scene, seed: number): Promise<void> {
  const views = await scene.machine.store.view(all)
  for (const [index, counter] of all.entries()) {
    const { used, reserved, unsettled } = views[index] ?? { used: 0, reserved: 0, unsettled: 0 }
    const what = `seed ${seed}: ${counter.measure}`
    expect(used + reserved, what).toBeLessThanOrEqual(counter.limit + unsettled)
    expect(reserved, what).toBeGreaterThanOrEqual(0)
    const isLost = scene.clock.now() - (scene.cutOffMs ?? Infinity) >= lostMs
    if (isLost && counter.measure === 'Running') continue
    expect(truth(scene, counter), what).toBeLessThanOrEqual(counter.limit + unsettled)
  }
}

async function play(seed: number, percent: number, isRough: boolean): Promise<Scene> {
  const clock = new FakeClock(Date.UTC(2026, 10, 27, 10, 20))
  const random = new SeededRandom(seed)
  const machine = testMachine(clock)
  const workers = Array.from({ length: 1 + random.below(4) }, () => machine.start(percent))
  const scene: Scene = {
    clock,
    random,
    machine,
    workers,
    granted: [],
    asked: [],
    cutOffMs: undefined,
  }
  for (let step = 0; step < 150; step++) {
    const dice = random.next()
    if (dice < 0.55) reserve(scene)
    else if (dice < 0.85) settle(scene)
    else if (dice < 0.97 || !isRough) await pass(clock, random.below(4000))
    else if (dice < 0.98) kill(scene, percent)
    else if (dice < 0.99) cutOff(scene)
    else reconnect(scene)
    if (step % 5 === 0) await check(scene, seed)
  }
  reconnect(scene)
  await pass(clock, 10_000)
  await Promise.all(scene.asked)
  return scene
}

describe.each([0, 10, 50])('counters with %d percent ahead', (percent) => {
  it('are never overspent, and add up to what was settled', async () => {
    for (let seed = 1; seed <= 20; seed++) {
      const scene = await play(seed, percent, false)
      const { machine, workers, granted } = scene
      while (granted.some(({ state }) => state === 'running')) settle(scene)
      await pass(scene.clock, 2000)
      await check(scene, seed)
      for (const worker of workers) await worker.counters.close()
      const views = await machine.store.view(all)
      expect(views.map(({ reserved }) => reserved)).toEqual([0, 0, 0, 0])
      expect(views.map(({ unsettled }) => unsettled)).toEqual([0, 0, 0, 0])
      expect(views[2]?.used, `seed ${seed}`).toBe(truth(scene, hour))
    }
  })

  it('are not overspent by more than they show, though workers die and are cut off', async () => {
    for (let seed = 1; seed <= 20; seed++) {
      const scene = await play(seed, percent, true)
      while (scene.granted.some(({ state }) => state === 'running')) settle(scene)
      await pass(scene.clock, 60_000)
      await check(scene, seed)
      for (const worker of scene.workers) await worker.counters.close()
      const views = await scene.machine.store.view(all)
      expect(
        views.map(({ reserved }) => reserved),
        `seed ${seed}`,
      ).toEqual([0, 0, 0, 0])
    }
  })
})
