import { parseArgs } from 'node:util'
import {
  fuzzRequests,
  fuzzResponses,
} from '../packages/http1/src/test-support/differential-fuzz.ts'

const { values } = parseArgs({
  options: {
    cases: { type: 'string', default: '100000' },
    seed: { type: 'string', default: '1' },
  },
})
for (const [name, fuzz] of Object.entries({ requests: fuzzRequests, responses: fuzzResponses })) {
  const result = await fuzz(Number(values.seed), Number(values.cases))
  const { cases, agreed, bothRefused, stricter, disagreements } = result
  console.log(`${name}: ${cases} cases from seed ${values.seed}`)
  console.log(`  read alike ${agreed}, refused by both ${bothRefused}`)
  for (const [rule, count] of [...stricter].sort((a, b) => b[1] - a[1])) {
    console.log(`  stricter ${String(count).padStart(6)} ${rule}`)
  }
  for (const disagreement of disagreements) console.log(JSON.stringify(disagreement))
  if (disagreements.length > 0) process.exitCode = 1
}
