import { cpuTimeMs } from './cpu-time.ts'

const tries = 5
/** Long enough for a clock that moves in steps of some milliseconds. */
const measuredMs = 20

/**
 * By what factor the processor's time of `work` grows when its input is made eight times as large:
 * about 8 for linear work, 64 for quadratic. The least of several measurements: what the garbage
 * collector does can only hide growth that is near the limit. The work is repeated with one input.
 */
export async function timeGrowth<Input>(
  make: (size: number) => Input,
  size: number,
  work: (input: Input) => unknown,
): Promise<number> {
  const small = make(size)
  const large = make(8 * size)
  let growth = Number.POSITIVE_INFINITY
  await costMs(work, small)
  for (let time = 0; time < tries && growth > 16; time += 1) {
    const smallMs = await costMs(work, small)
    growth = Math.min(growth, (await costMs(work, large)) / smallMs)
  }
  return growth
}

/** What the work takes once, from as many repetitions as it takes to tell. */
async function costMs<Input>(work: (input: Input) => unknown, input: Input): Promise<number> {
  for (let repetitions = 1; ; repetitions *= 2) {
    const startMs = cpuTimeMs()
    for (let time = 0; time < repetitions; time += 1) await work(input)
    const tookMs = cpuTimeMs() - startMs
    if (tookMs >= measuredMs) return tookMs / repetitions
  }
}
