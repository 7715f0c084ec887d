import type { Clock } from '@fairlead/base'
import { callers } from './callers.ts'
import { laboratorySnapshot } from './configuration.ts'
import { startLaboratoryGateway } from './laboratory-gateway.ts'
import { type CallSample, SteadyLoad } from './steady-load.ts'
import { type ProviderMode, SwitchableProvider } from './switchable-provider.ts'

/** The times of a run, in milliseconds. */
export interface RunTimes {
  /** Between the starts of two calls. */
  readonly callEveryMs: number
  /** Of an answer of either provider. */
  readonly latencyMs: number
  /** `timeouts.firstByte`. */
  readonly firstByteMs: number
  /** `health.ejectFor`, and `health.maxEjectFor`. */
  readonly ejectForMs: number
  /** `health.probe.interval`; undefined for none. */
  readonly probeMs?: number
}

/** How a load went while the first target of its rule broke down and recovered. */
export interface BrokenPrimaryRun {
  readonly samples: readonly CallSample[]
  /** Calls that ended before the primary broke down; none of one that flaps. */
  readonly before: readonly CallSample[]
  /** Calls that began once the primary was known to be broken, while it was. */
  readonly ejected: readonly CallSample[]
  readonly ejectedForMs: number
  /** From the primary's recovery to the end of its first answer. */
  readonly recoveryMs: number
  /** Calls that began after that. */
  readonly recovered: readonly CallSample[]
}

/** Before the primary breaks down, and after it has recovered. */
const callsPerState = 40
const flips = 12
/** Of one state of a primary that flaps. */
const callsPerFlip = 6
const firstCaller = callers[0]

/** Dead or hung: well, then broken until long after it is known, then well again. */
export async function runWithBrokenPrimary(
  mode: Exclude<ProviderMode, 'Well'>,
  times: RunTimes,
  clock: Clock,
): Promise<BrokenPrimaryRun> {
  return withLoad(times, clock, async (load, primary, isEjected) => {
    await load.calls(callsPerState)
    const brokenMs = clock.monotonicMs()
    primary.become(mode)
    await load.until(() => (isEjected() ? true : undefined))
    const ejectedMs = clock.monotonicMs()
    // At least three times as long as an ejection lasts, so that it is tried in vain.
    await load.calls(Math.ceil((3 * times.ejectForMs) / times.callEveryMs))
    const wellMs = clock.monotonicMs()
    primary.become('Well')
    const recoveryMs = await recovery(load, wellMs, clock)
    return { brokenMs, ejectedMs, wellMs, recoveryMs }
  })
}

/** Flapping: broken and well in turn, for a few calls each, and in the end well. */
export async function runWithFlappingPrimary(
  times: RunTimes,
  clock: Clock,
): Promise<BrokenPrimaryRun> {
  return withLoad(times, clock, async (load, primary) => {
    for (let flip = 0; flip < flips; flip += 1) {
      primary.become(flip % 2 === 0 ? 'Dead' : 'Well')
      await load.calls(callsPerFlip)
    }
    primary.become('Hung')
    await load.calls(callsPerFlip)
    const wellMs = clock.monotonicMs()
    primary.become('Well')
    const recoveryMs = await recovery(load, wellMs, clock)
    return { brokenMs: -Infinity, ejectedMs: wellMs, wellMs, recoveryMs }
  })
}

interface Marks {
  readonly brokenMs: number
  readonly ejectedMs: number
  readonly wellMs: number
  readonly recoveryMs: number
}

async function withLoad(
  times: RunTimes,
  clock: Clock,
  story: (
    load: SteadyLoad,
    primary: SwitchableProvider,
    isEjected: () => boolean,
  ) => Promise<Marks>,
): Promise<BrokenPrimaryRun> {
  const primary = await SwitchableProvider.start(clock, times.latencyMs)
  const secondary = await SwitchableProvider.start(clock, times.latencyMs)
  const gateway = await startLaboratoryGateway(snapshotOf(primary, secondary, times), clock)
  if (firstCaller === undefined) throw new Error('there is no way to call')
  const load = new SteadyLoad(clock, times.callEveryMs, (number) =>
    firstCaller.call(gateway.url, number % 2 === 1),
  )
  const isEjected = () =>
    gateway
      .report()
      .providers.some(({ name, health }) => name === 'faulty' && health === 'Unreachable')
  try {
    const { brokenMs, ejectedMs, wellMs, recoveryMs } = await story(load, primary, isEjected)
    await load.calls(callsPerState)
    await load.stop()
    const { samples } = load
    const backMs = wellMs + recoveryMs
    return {
      samples,
      before: samples.filter(({ startedMs, durationMs }) => startedMs + durationMs <= brokenMs),
      ejected: samples.filter(({ startedMs }) => startedMs > ejectedMs && startedMs < wellMs),
      ejectedForMs: wellMs - ejectedMs,
      recoveryMs,
      recovered: samples.filter(({ startedMs }) => startedMs > backMs),
    }
  } finally {
    await load.stop()
    await gateway.drain(0)
    await primary.close()
    await secondary.close()
  }
}

function snapshotOf(
  primary: SwitchableProvider,
  secondary: SwitchableProvider,
  { firstByteMs, ejectForMs, probeMs }: RunTimes,
) {
  const type = 'OpenAI'
  const ejectFor = `${ejectForMs}ms`
  const firstByte = `${firstByteMs}ms`
  return laboratorySnapshot(
    [
      { name: 'faulty', type, baseURL: primary.baseURL },
      { name: 'good', type, baseURL: secondary.baseURL },
    ],
    {
      timeouts: { connect: firstByte, firstByte, idle: firstByte, total: '60s' },
      health: {
        ejectFor,
        maxEjectFor: ejectFor,
        ...(probeMs === undefined
          ? {}
          : { probe: { model: 'laboratory', interval: `${probeMs}ms` } }),
      },
      retries: 1,
    },
  )
}

/** Milliseconds from then on until the end of the primary's first answer to a call. */
function recovery(load: SteadyLoad, wellMs: number, clock: Clock): Promise<number> {
  const before = load.samples.length
  return load.until(() => {
    const answered = load.samples
      .slice(before)
      .find(({ answer, startedMs }) => startedMs >= wellMs && answer.provider === 'default/faulty')
    return answered === undefined ? undefined : clock.monotonicMs() - wellMs
  })
}

/** Calls that had no whole answer, in words. */
export function failedCalls({ samples }: BrokenPrimaryRun): readonly string[] {
  return samples
    .filter(({ answer }) => answer.status !== 200 || answer.ending !== 'Whole')
    .map(({ answer }) => `${answer.status} ${answer.ending} ${answer.code}`)
}

/** Calls that tried the ejected primary in vain before the second target answered them. */
export function trialsOf({ ejected }: BrokenPrimaryRun): readonly CallSample[] {
  return ejected.filter(({ answer }) => answer.attempts > 1)
}

/** The durations of the others, in ascending order. */
export function untriedDurations({ ejected }: BrokenPrimaryRun): readonly number[] {
  return durations(ejected.filter(({ answer }) => answer.attempts === 1))
}

/** In ascending order. */
export function durations(samples: readonly CallSample[]): readonly number[] {
  return samples.map(({ durationMs }) => durationMs).toSorted((left, right) => left - right)
}

/** The value below which this share of ascending values lies. */
export function quantile(values: readonly number[], share: number): number {
  return values[Math.min(values.length - 1, Math.floor(values.length * share))] ?? Number.NaN
}
