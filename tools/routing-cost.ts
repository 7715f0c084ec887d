import { parseArgs } from 'node:util'
import { HeaderFields } from '@fairlead/http1'
import { openAiChat } from '@fairlead/llm'
import type { RouteMatch } from '@fairlead/snapshot'
import { anonymousCaller } from '../packages/gateway/src/access/caller.ts'
import { CallContent } from '../packages/gateway/src/routing/call-content.ts'
import { RouteIndexer } from '../packages/gateway/src/routing/route-index.ts'
import { routingStrategies } from '../packages/gateway/src/routing/routing-strategies.ts'
import { callWith } from '../packages/gateway/src/routing/test-support/call-with.ts'
import { routeOf } from '../packages/gateway/src/test-support/snapshot.ts'

// npm run measure:routing: what finding a route costs a call, by what its rules look at. The call has
// 20 headers, 4 messages and a prompt of 2 KB.

const { values } = parseArgs({ options: { rounds: { type: 'string', default: '20000' } } })
const rounds = Number(values.rounds)

const headers = HeaderFields.from(
  Object.fromEntries(Array.from({ length: 20 }, (_, index) => [`x-header-${index}`, 'value'])),
)
const caller = anonymousCaller('default')
const prompt = 'Summarize the minutes below, and list every decision with its owner. '.repeat(30)
const fields = {
  messages: [
    { role: 'system', content: 'You are a helpful assistant of the city council.' },
    { role: 'user', content: 'Hello' },
    { role: 'assistant', content: 'Hello! What can I do for you?' },
    { role: 'user', content: prompt },
  ],
}

function callOf() {
  const content = new CallContent({
    caller,
    headers,
    model: 'assistant',
    stream: false,
    operation: 'chat',
    inputTokens: 500,
    conversation: undefined,
    variables: {},
    prompt: undefined,
    promptItems: [],
    outline: () => openAiChat.passage.outline(fields),
  })
  return callWith({ model: 'assistant', caller, headers, inputTokens: 500, content })
}

const times = (count: number, match: Partial<RouteMatch>): readonly Partial<RouteMatch>[] =>
  Array.from({ length: count }, () => match)

const cases: readonly (readonly [string, readonly Partial<RouteMatch>[]])[] = [
  ['models only', [{}]],
  ['cel', [{ cel: "request.inputTokens > 100 && !('admin' in consumer.groups)" }]],
  ['cel, a header', [{ cel: "'x-header-7' in request.headers && request.stream == false" }]],
  ['five rules with cel', times(5, { cel: "request.model.startsWith('other')" })],
  ['promptTypes', [{ promptTypes: ['Summarization'] }]],
  [
    'five rules with promptTypes or complexity',
    [...times(4, { promptTypes: ['Math'] }), { complexity: { min: 0, max: 100 } }],
  ],
]

for (const [name, matches] of cases) {
  const routes = matches.map((match, index) =>
    routeOf(`r${index}`, [{ provider: 'p' }], { match: { models: ['assistant'], ...match } }),
  )
  const index = new RouteIndexer(routingStrategies).index(routes)
  const elapsed: number[] = []
  for (let round = 0; round < rounds; round += 1) {
    const start = process.hrtime.bigint()
    index.find(callOf())
    elapsed.push(Number(process.hrtime.bigint() - start) / 1000)
  }
  const sorted = elapsed.slice(rounds / 2).toSorted((a, b) => a - b)
  const median = sorted[Math.floor(sorted.length / 2)] ?? 0
  process.stdout.write(`${name}: median ${median.toFixed(2)} µs\n`)
}
