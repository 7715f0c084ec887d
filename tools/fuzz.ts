import { parseArgs } from 'node:util'
import {
  fuzzRequests,
  fuzzResponses,
} from '../packages/http1/src/test-support/differential-fuzz.ts'

// npm run fuzz -- --cases 1000000 --seed 7: packages/http1 against node:http.
const { values } = parseArgs({
  options: {
    cases: { type: 'string', default: '100000' },
    seed: { type: 'string', default: '1' },
  },
})
const [cases, seed] = [Number(values.cases), Number(values.seed)]

for (const [name, fuzz] of [
  ['requests', fuzzRequests],
  ['responses', fuzzResponses],
] as const) {
  const { agreed, bothRefused, stricter, disagreements } = await fuzz(seed, cases)
  const rules = [...stricter].toSorted(([, a], [, b]) => b - a)
  const lines = [
    `${name}: ${cases} cases from seed ${seed}`,
    `  ${agreed} messages read alike, ${bothRefused} cases refused by both`,
    ...rules.map(([rule, count]) => `  ${String(count).padStart(7)} refused by us only: ${rule}`),
    ...disagreements.map((disagreement) => JSON.stringify(disagreement)),
  ]
  process.stdout.write(`${lines.join('\n')}\n`)
  if (disagreements.length > 0) process.exitCode = 1
}
