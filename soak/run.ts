// npm run soak -- --minutes 10: Fairlead under mixed load; see docs/benchmarks.md.
import { parseArgs } from 'node:util'
import { soak } from './soak.ts'

/** The shortest run in which there are enough samples after the warm-up. */
const minutesMin = 0.5

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '10' },
    rate: { type: 'string', default: '40' },
    seed: { type: 'string', default: '1' },
  },
})
const [minutes, callsPerSecond, seed] = [values.minutes, values.rate, values.seed].map(Number)
if (!(Number(minutes) >= minutesMin && Number(callsPerSecond) > 0 && Number.isInteger(seed))) {
  process.stderr.write(
    `usage: npm run soak -- [--minutes ${minutesMin} or more] [--rate calls a second] [--seed number]\n`,
  )
  process.exit(2)
}
try {
  process.exitCode = await soak({
    minutes: Number(minutes),
    callsPerSecond: Number(callsPerSecond),
    seed: Number(seed),
  })
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 1
}
// Callers that wait for what has ended must not keep the process.
process.exit()
