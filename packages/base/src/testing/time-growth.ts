const tries = 5
const rounds = 3

/**
 * By what factor the time of `work` grows when its input is made eight times as large: about 8 for
 * linear work, 64 for quadratic. The least of several measurements: what else the machine does can
 * only hide growth that is near the limit. Choose a size that takes about a millisecond.
 */
export async function timeGrowth<Input>(
  make: (size: number) => Input,
  size: number,
  work: (input: Input) => unknown,
): Promise<number> {
  const small = make(size)
  const large = make(8 * size)
  let growth = Number.POSITIVE_INFINITY
  await leastMs(work, small)
  for (let time = 0; time < tries && growth > 16; time += 1) {
    const smallMs = await leastMs(work, small)
    growth = Math.min(growth, (await leastMs(work, large)) / smallMs)
  }
  return growth
}

async function leastMs<Input>(work: (input: Input) => unknown, input: Input): Promise<number> {
  let least = Number.POSITIVE_INFINITY
  for (let round = 0; round < rounds; round += 1) {
    const start = performance.now()
    await work(input)
    least = Math.min(least, performance.now() - start)
  }
  return least
}
