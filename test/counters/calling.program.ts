import { writeSync } from 'node:fs'
import { randomUUID } from 'node:crypto'
import { systemClock, systemRandom } from '@fairlead/base'
import { LeasedCounters, RemoteCounterStore, type CounterNews } from '@fairlead/usage'
import { countedLimits } from './counted-limits.ts'

// A worker with callers that take what two limits allow, which the parent process counts, until they
// are refused. Writes a line with the tokens that were used for each call, before they are settled.
// The arguments are the number of callers and the percentage that is leased.

const [callers = '', percent = ''] = process.argv.slice(2)
const store = new RemoteCounterStore({
  clock: systemClock,
  send: (requests) => void process.send?.(requests),
})
process.on('disconnect', () => process.exit(1))
process.on('message', (news) => store.receive(news as CounterNews))
const counters = new LeasedCounters({
  store,
  holder: randomUUID(),
  percent: Number(percent),
  clock: systemClock,
})

async function call(): Promise<void> {
  const [requests, tokens] = countedLimits
  for (;;) {
    const outcome = await counters.reserve([
      { counter: requests, amount: 1, shadow: false },
      { counter: tokens, amount: 100, shadow: false },
    ])
    if (!outcome.granted) return
    const used = Math.floor(systemRandom() * 101)
    writeSync(1, `${used}\n`)
    await new Promise((resolve) => setImmediate(resolve))
    counters.settle(outcome.reservation, [1, used])
  }
}

await Promise.all(Array.from({ length: Number(callers) }, call))
await counters.close()
process.exit(0)
