import { parseArgs } from 'node:util'
import { fuzzApiServer } from '../packages/apiserver/src/test-support/fuzz/fuzz-api-server.ts'
import { fuzzCalls } from '../packages/gateway/src/test-support/fuzz/fuzz-calls.ts'
import {
  fuzzRequests,
  fuzzResponses,
} from '../packages/http1/src/test-support/differential-fuzz.ts'

// npm run fuzz -- --cases 1000000 --seed 7 --target calls
// http1: packages/http1 against node:http. calls: requests of every surface to a gateway. apiserver:
// requests for every kind to an API server.
const { values } = parseArgs({
  options: {
    cases: { type: 'string', default: '100000' },
    seed: { type: 'string', default: '1' },
    target: { type: 'string' },
  },
})
const [cases, seed] = [Number(values.cases), Number(values.seed)]
const targets: Readonly<Record<string, () => Promise<void>>> = {
  http1: fuzzHttp1,
  calls: fuzzChat,
  apiserver: fuzzKinds,
}

const chosen = values.target === undefined ? Object.values(targets) : [targets[values.target]]
for (const fuzz of chosen) {
  if (fuzz === undefined) {
    process.stderr.write(`--target is one of ${Object.keys(targets).join(', ')}\n`)
    process.exit(2)
  }
  await fuzz()
}

async function fuzzHttp1(): Promise<void> {
  for (const [name, fuzz] of [
    ['requests', fuzzRequests],
    ['responses', fuzzResponses],
  ] as const) {
    const { agreed, bothRefused, stricter, disagreements } = await fuzz(seed, cases)
    const rules = [...stricter].toSorted(([, a], [, b]) => b - a)
    say(disagreements.length > 0, [
      `${name}: ${cases} cases from seed ${seed}`,
      `  ${agreed} messages read alike, ${bothRefused} cases refused by both`,
      ...rules.map(([rule, count]) => `  ${String(count).padStart(7)} refused by us only: ${rule}`),
      ...disagreements.map((disagreement) => JSON.stringify(disagreement)),
    ])
  }
}

async function fuzzChat(): Promise<void> {
  const result = await fuzzCalls(seed, cases)
  const { faults, errors, growth } = result
  const statuses = [...result.statuses].toSorted(([a], [b]) => a - b)
  say(faults.length > 0 || errors.length > 0 || growth !== undefined, [
    `calls: ${result.cases} cases from seed ${seed}`,
    ...statuses.map(([status, count]) => `  ${String(count).padStart(7)} with status ${status}`),
    `  ${result.keptBytesPerCase.toFixed(0)} bytes kept per case, ${result.newSeries} new series`,
    ...(growth === undefined ? [] : [growth]),
    ...faults.map((fault) => JSON.stringify(fault)),
    ...errors,
  ])
}

async function fuzzKinds(): Promise<void> {
  const { statuses, faults, growth } = await fuzzApiServer(seed, cases)
  const byStatus = [...statuses].toSorted(([a], [b]) => a - b)
  say(faults.length > 0 || growth !== undefined, [
    `apiserver: ${cases} cases from seed ${seed}`,
    ...byStatus.map(([status, count]) => `  ${String(count).padStart(7)} with status ${status}`),
    ...(growth === undefined ? [] : [growth]),
    ...faults.map((fault) => JSON.stringify(fault)),
  ])
}

function say(hasFailed: boolean, lines: readonly string[]): void {
  process.stdout.write(`${lines.join('\n')}\n`)
  if (hasFailed) process.exitCode = 1
}
