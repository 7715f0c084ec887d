import { fork } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { systemClock } from '@fairlead/base'
import {
  type Claim,
  type Counter,
  type CounterNews,
  CounterOwner,
  type CounterRequest,
  type CounterStore,
  LeasedCounters,
  openCounters,
  openCountersInMemory,
  ProcessCounterStore,
  RemoteCounterStore,
  UsageDatabase,
} from '@fairlead/usage'

// npm run measure:counters: what a call costs that three limits count (requests, tokens, cost), from
// reserve to settle: CPU time of all processes, and how long its reservation takes.

const { values } = parseArgs({
  options: {
    calls: { type: 'string', default: '20000' },
    'calls-per-turn': { type: 'string', default: '8' },
    owner: { type: 'string' },
  },
})
const calls = Number(values.calls)
const callsPerTurn = Number(values['calls-per-turn'])

const counters: readonly Counter[] = [
  {
    key: 'default/team/burst/alice',
    measure: 'Requests',
    limit: 100_000_000,
    window: { type: 'Sliding', everyMs: 60_000 },
  },
  {
    key: 'default/team/daily/alice',
    measure: 'TotalTokens',
    limit: 1e12,
    window: { type: 'Calendar', period: 'Day', timeZone: 'Europe/Rome' },
  },
  {
    key: 'default/team/month/alice',
    measure: 'Nanodollars',
    limit: 9e15,
    window: { type: 'Calendar', period: 'Month', timeZone: 'UTC' },
  },
]

if (values.owner === undefined) await measureAll()
else own(values.owner)

async function measureAll(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'fairlead-counter-cost-'))
  try {
    await measure('this process, in memory, leased', inThisProcess(openCountersInMemory), 10)
    await measure('this process, in memory, exact', inThisProcess(openCountersInMemory), 0)
    const kept = (file: string) => {
      const database = new UsageDatabase(join(folder, file), systemClock)
      return inThisProcess((clock) => openCounters(database, clock))
    }
    await measure('this process, SQLite, leased', kept('one.db'), 10)
    await measure('this process, SQLite, exact', kept('two.db'), 0)
    for (const [percent, name] of [
      [10, 'another process, SQLite, leased'],
      [0, 'another process, SQLite, exact'],
    ] as const) {
      const { store, stop } = await inAnotherProcess(join(folder, `${percent}.db`))
      await measure(name, store, percent, stop)
    }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

function inThisProcess(open: (clock: typeof systemClock) => ReturnType<typeof openCounters>) {
  return new ProcessCounterStore({ open: () => open(systemClock), clock: systemClock })
}

/** `stop` resolves with the CPU time of the other process, in microseconds. */
async function inAnotherProcess(path: string) {
  const child = fork(import.meta.filename, ['--owner', path], {
    execArgv: process.execArgv,
    serialization: 'advanced',
  })
  const store = new RemoteCounterStore({
    clock: systemClock,
    send: (requests) => void child.send(requests),
  })
  const ready = Promise.withResolvers<void>()
  const ended = new Promise<number>((resolve) => {
    child.on('message', (message: CounterNews | number | 'ready') => {
      if (message === 'ready') ready.resolve()
      else if (typeof message === 'number') resolve(message)
      else store.receive(message)
    })
  })
  await ready.promise
  return {
    store,
    stop: async () => {
      child.send('stop')
      return ended
    },
  }
}

/** This is the other process. */
function own(path: string): void {
  const database = new UsageDatabase(path, systemClock)
  const owner = new CounterOwner(inThisProcess((clock) => openCounters(database, clock)))
  const client = owner.connect((news) => void process.send?.(news))
  let before = process.cpuUsage()
  let isFirst = true
  process.on('message', (message: readonly CounterRequest[] | 'stop') => {
    if (message === 'stop') {
      const { user, system } = process.cpuUsage(before)
      process.send?.(user + system, () => process.exit(0))
      return
    }
    if (isFirst) before = process.cpuUsage()
    isFirst = false
    client.receive(message)
  })
  process.send?.('ready')
}

async function measure(
  name: string,
  store: CounterStore,
  percent: number,
  stop: () => Promise<number> = () => Promise.resolve(0),
): Promise<void> {
  const leased = new LeasedCounters({ store, holder: name, percent, clock: systemClock })
  const waits: number[] = []
  await run(leased, calls / 10, waits)
  waits.length = 0
  const before = process.cpuUsage()
  await run(leased, calls, waits)
  const { user, system } = process.cpuUsage(before)
  await leased.close()
  const others = await stop()
  const sorted = waits.toSorted((a, b) => a - b)
  const [median, p99] = [0.5, 0.99].map((share) => sorted[Math.floor(share * calls)] ?? 0)
  process.stdout.write(
    `${name}: ${((user + system) / calls).toFixed(1)} µs of CPU a call here, ` +
      `${(others / calls / 1.1).toFixed(1)} µs elsewhere; ` +
      `waits ${median?.toFixed(1)} µs (median), ${p99?.toFixed(1)} µs (99th percentile)\n`,
  )
}

async function run(leased: LeasedCounters, count: number, waits: number[]): Promise<void> {
  for (let done = 0; done < count; done += callsPerTurn) {
    const turn = Array.from({ length: callsPerTurn }, async () => {
      const claims: readonly Claim[] = [1, 5000, 3_000_000].map((amount, index) => {
        const counter = counters[index]
        if (counter === undefined) throw new Error('no such counter')
        return { counter, amount, shadow: false }
      })
      const start = process.hrtime.bigint()
      const asked = leased.reserve(claims)
      const outcome = asked instanceof Promise ? await asked : asked
      waits.push(Number(process.hrtime.bigint() - start) / 1000)
      if (!outcome.granted) throw new Error('refused')
      leased.settle(outcome.reservation, [1, 1200, 900_000])
    })
    await Promise.all(turn)
    await new Promise((resolve) => setImmediate(resolve))
  }
}
