import { writeSync } from 'node:fs'
import { randomUUID } from 'node:crypto'
import { systemClock } from '@fairlead/base'
import { LeasedCounters, openCounters, ProcessCounterStore, UsageDatabase } from '@fairlead/usage'
import { countedLimits } from './counted-limits.ts'

// Takes what two limits allow, call after call, and writes a line for each call that was granted,
// until one is refused. The arguments are the path of the file and the percentage that is leased.

const [path = '', percent = '0'] = process.argv.slice(2)
const database = new UsageDatabase(path, systemClock)
const counters = new LeasedCounters({
  store: new ProcessCounterStore({
    open: () => openCounters(database, systemClock),
    clock: systemClock,
  }),
  holder: randomUUID(),
  percent: Number(percent),
  clock: systemClock,
})
const [requests, tokens] = countedLimits
for (;;) {
  const outcome = await counters.reserve([
    { counter: requests, amount: 1, shadow: false },
    { counter: tokens, amount: 100, shadow: false },
  ])
  if (!outcome.granted) break
  writeSync(1, 'granted\n')
  // A call takes a while, and uses less than it may.
  await new Promise((resolve) => setImmediate(resolve))
  counters.settle(outcome.reservation, [1, 40])
}
await counters.close()
database.close()
