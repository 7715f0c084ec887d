import { parseArgs } from 'node:util'
import { type Round, runRounds } from './run-rounds.ts'
import { troubles } from './troubles.ts'

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '60' },
    seed: { type: 'string', default: '1' },
    /** Only the troubles whose name has this in it. */
    trouble: { type: 'string', default: '' },
  },
})
const print = (line: string) => process.stdout.write(`${line}\n`)
const started = performance.now()
const { rounds, violations } = await runRounds({
  rounds: Number(values.rounds),
  seed: Number(values.seed),
  troubles: troubles.filter(({ name }) => name.includes(values.trouble)),
  onRound: ({ trouble, settledMs, requests, mostPerSecond, keptBytes }) =>
    print(
      `${trouble}: settled in ${settledMs} ms, ${requests} requests, ` +
        `${mostPerSecond} in one second, ${megabytes(keptBytes)} kept`,
    ),
})

print('')
for (const [trouble, ofOne] of Map.groupBy(rounds, (round) => round.trouble)) {
  const range = (of: (round: Round) => number) => {
    const sorted = ofOne.map(of).toSorted((a, b) => a - b)
    return `${sorted[Math.floor(sorted.length / 2)]} (at most ${sorted.at(-1)})`
  }
  print(
    `${trouble}: ${ofOne.length} rounds, settled in ${range(({ settledMs }) => settledMs)} ms, ` +
      `requests ${range(({ requests }) => requests)}, ` +
      `in one second ${range(({ mostPerSecond }) => mostPerSecond)}, ` +
      `reconciles ${range(({ reconciles }) => reconciles)}`,
  )
}
const kept = rounds.map(({ keptBytes }) => keptBytes)
const fifths = Array.from({ length: 5 }, (_, fifth) =>
  kept.slice((fifth * kept.length) / 5, ((fifth + 1) * kept.length) / 5),
)
const medians = fifths.map((fifth) => fifth.toSorted((a, b) => a - b)[fifth.length >> 1] ?? 0)
print(`kept, in fifths of the run: ${medians.map(megabytes).join(', ')}`)
const seconds = Math.round((performance.now() - started) / 1000)
print(`${rounds.length} rounds in ${seconds} s, ${violations.length} violations`)
for (const violation of violations) print(`VIOLATION: ${violation}`)
process.exitCode = violations.length === 0 ? 0 : 1

function megabytes(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(1)} MiB`
}
