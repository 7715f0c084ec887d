import { parseArgs } from 'node:util'
import { runRounds } from './run-rounds.ts'

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '24' },
    replicas: { type: 'string', default: '3' },
    seed: { type: 'string', default: '1' },
  },
})
const print = (line: string) => process.stdout.write(`${line}\n`)
const stays = new Map<string, { rounds: number; stayed: number }>()
const report = await runRounds({
  rounds: Number(values.rounds),
  replicas: Number(values.replicas),
  seed: Number(values.seed),
  onRound(round, { name }, stayed) {
    const seen = stays.get(name) ?? { rounds: 0, stayed: 0 }
    stays.set(name, { rounds: seen.rounds + 1, stayed: seen.stayed + (stayed ? 1 : 0) })
    print(`round ${round + 1}: ${name}: the leader ${stayed ? 'stayed' : 'went'}`)
  },
})
for (const [name, { rounds, stayed }] of stays) {
  print(`${name}: ${rounds} rounds, the leader stayed in ${stayed}`)
}
print(`${report.writes} writes of ${report.terms} leaders`)
for (const surprise of report.surprises) print(`not as expected: ${surprise}`)
for (const violation of report.violations) print(`VIOLATION: ${violation}`)
print(`${report.violations.length} writes of a deposed leader after the next had begun`)
process.exitCode = report.violations.length === 0 ? 0 : 1
