// npm run measure:redis: what counting a call costs with counters in Redis, by how many calls run at
// a time: each asks the server (exact), or uses what its process has leased.
import { silentLogger, systemClock } from '@fairlead/base'
import { startRedisServer } from '@fairlead/base/testing'
import { type Counter, type Counters, LeasedCounters, openRedisState } from '@fairlead/usage'
import { providePrograms } from './programs/provide-programs.ts'
import { redis } from './programs/redis.ts'

const calls = 20_000

const window = { type: 'Calendar', period: 'Month', timeZone: 'UTC' } as const
const counters: readonly Counter[] = [
  {
    key: 'a/p/burst/x',
    measure: 'Requests',
    limit: 1e12,
    window: { type: 'Sliding', everyMs: 60_000 },
  },
  { key: 'a/p/daily/x', measure: 'TotalTokens', limit: 1e15, window },
  { key: 'a/p/month/x', measure: 'Nanodollars', limit: 9e15, window },
]
const claims = counters.map((counter, index) => ({
  counter,
  amount: [1, 20_000, 1_000_000][index] ?? 1,
  shadow: false,
}))

interface Cost {
  readonly cpuUs: number
  readonly medianMs: number
  readonly slowestMs: number
  readonly perSecond: number
}

async function measure(subject: Counters, atATime: number): Promise<Cost> {
  const took: number[] = []
  let left = calls
  const caller = async () => {
    while (left-- > 0) {
      const begun = performance.now()
      const asked = subject.reserve(claims)
      const outcome = asked instanceof Promise ? await asked : asked
      took.push(performance.now() - begun)
      if (!outcome.granted) throw new Error('refused')
      // A call takes a while, in which others are reserved.
      await new Promise((resolve) => setImmediate(resolve))
      subject.settle(outcome.reservation, [1, 150, 7000])
    }
  }
  const cpu = process.cpuUsage()
  const begun = performance.now()
  await Promise.all(Array.from({ length: atATime }, caller))
  const elapsedMs = performance.now() - begun
  const { user, system } = process.cpuUsage(cpu)
  took.sort((one, other) => one - other)
  return {
    cpuUs: (user + system) / calls,
    medianMs: took[Math.floor(took.length / 2)] ?? 0,
    slowestMs: took[Math.floor(took.length * 0.99)] ?? 0,
    perSecond: (calls * 1000) / elapsedMs,
  }
}

const dispose = await providePrograms([redis])
await using server = await startRedisServer(['--appendfsync', 'everysec'])
let opened = 0
for (const percent of [0, 5]) {
  for (const atATime of [1, 20, 200]) {
    const state = openRedisState({
      gateway: `measure/${++opened}`,
      writer: 'measure',
      timeoutMs: 2000,
      clock: systemClock,
      logger: silentLogger,
      onAvailability: () => {},
    })
    state.use(server.url)
    const subject = new LeasedCounters({
      store: state.counters,
      holder: `measure-${opened}`,
      percent,
      clock: systemClock,
    })
    await measure(subject, atATime)
    const { cpuUs, medianMs, slowestMs, perSecond } = await measure(subject, atATime)
    const how = percent === 0 ? 'exact ' : 'leased'
    process.stdout.write(
      `${how} ${String(atATime).padStart(3)} at a time: ${cpuUs.toFixed(1)} µs of CPU per call, ` +
        `waits ${medianMs.toFixed(3)} ms (99%: ${slowestMs.toFixed(2)} ms), ${Math.round(perSecond)} calls/s\n`,
    )
    await subject.close()
  }
}
dispose()
