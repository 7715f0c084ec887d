import { Agent, request } from 'node:http'
import { randomUUID } from 'node:crypto'
import { silentLogger, sleep, systemClock } from '@fairlead/base'
import { CounterStoreUnavailable, LeasedCounters, openRedisState } from '@fairlead/usage'
import { type Budget, budgets, claimsOf } from './budgets.ts'

// One gateway's way to count, under load: callers reserve, call, settle, and come again until they
// are told to stop. It tells when it has settled all.

const [
  redisUrl = '',
  gateway = '',
  upstreamPort = '',
  callers = '',
  percent = '',
  runningMax = '',
] = process.argv.slice(2)
const agent = new Agent({ keepAlive: true, maxSockets: 500 })
const state = openRedisState({
  gateway,
  writer: randomUUID(),
  timeoutMs: 1000,
  clock: systemClock,
  logger: silentLogger,
  onAvailability: () => {},
})
state.use(redisUrl)
const counters = new LeasedCounters({
  store: state.counters,
  holder: randomUUID(),
  percent: Number(percent),
  clock: systemClock,
})

let isStopped = false
process.once('message', () => {
  isStopped = true
})
// The test has ended, or failed.
process.once('disconnect', () => process.exit(1))

async function callOnce(budget: Budget): Promise<boolean> {
  const outcome = await counters.reserve(claimsOf(budget, Number(runningMax)))
  if (!outcome.granted) return false
  const used = await ask(budget)
  counters.settle(outcome.reservation, [used, 1])
  return true
}

function ask(budget: Budget): Promise<number> {
  return new Promise((resolve, reject) => {
    const options = { agent, port: Number(upstreamPort), path: `/${budget}`, method: 'POST' }
    const asked = request(options, (response) => {
      let text = ''
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
      response.once('end', () => resolve(Number(text)))
    })
    asked.once('error', reject)
    asked.end()
  })
}

async function callAgain(budget: Budget): Promise<void> {
  while (!isStopped) {
    try {
      if (await callOnce(budget)) continue
    } catch (error) {
      if (!(error instanceof CounterStoreUnavailable)) throw error
    }
    await sleep(systemClock, 30)
  }
}

const all = Array.from({ length: Number(callers) }, (_, index) =>
  callAgain(budgets[index % budgets.length] ?? 'requests'),
)
await Promise.all(all)
await counters.close()
agent.destroy()
process.exit(0)
