import { systemClock } from '@fairlead/base'
import {
  type BrokenPrimaryRun,
  durations,
  failedCalls,
  quantile,
  type RunTimes,
  runWithBrokenPrimary,
  runWithFlappingPrimary,
  trialsOf,
  untriedDurations,
} from './broken-primary.ts'

// Prints how calls fare while the first of two targets is dead, hung or flapping, in real time:
// node --conditions=source test/fault-laboratory/measure-broken-primaries.program.ts

const times: RunTimes = { callEveryMs: 20, latencyMs: 20, firstByteMs: 1_000, ejectForMs: 2_000 }

const milliseconds = (value: number) => (Number.isNaN(value) ? '' : `${value.toFixed(1)} ms`)

function figures(run: BrokenPrimaryRun): object {
  const [before, untried] = [durations(run.before), untriedDurations(run)]
  return {
    calls: run.samples.length,
    failed: failedCalls(run).length,
    'median before': milliseconds(quantile(before, 0.5)),
    'median ejected': milliseconds(quantile(untried, 0.5)),
    'median of all': milliseconds(quantile(durations(run.samples), 0.5)),
    'p99 ejected': milliseconds(quantile(untried, 0.99)),
    trials: trialsOf(run).length,
    'recovery seen after': milliseconds(run.recoveryMs),
  }
}

const report = {
  times,
  dead: figures(await runWithBrokenPrimary('Dead', times, systemClock)),
  hung: figures(await runWithBrokenPrimary('Hung', times, systemClock)),
  'hung, with a probe': figures(
    await runWithBrokenPrimary('Hung', { ...times, probeMs: 1_000 }, systemClock),
  ),
  flapping: figures(await runWithFlappingPrimary(times, systemClock)),
}
process.stdout.write(`${JSON.stringify(report, null, 2)}\n`)
