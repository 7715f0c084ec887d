import { parseArgs } from 'node:util'
import { systemClock } from '@fairlead/base'
import { openAiChat } from '@fairlead/llm'
import type { TokenPrices } from '@fairlead/snapshot'
import { Price } from '@fairlead/usage'
import { Registry } from 'prom-client'
import { anonymousCaller } from '../packages/gateway/src/access/caller.ts'
import { readCallContext } from '../packages/gateway/src/call/call-context.ts'
import { CallRecord } from '../packages/gateway/src/call/call-record.ts'
import { CallRequest } from '../packages/gateway/src/call/call-request.ts'
import type { Call } from '../packages/gateway/src/call/call.ts'
import { ownCounters } from '../packages/gateway/src/own-counters.ts'
import { usage } from '../packages/gateway/src/policies/usage/usage.ts'
import { callWith } from '../packages/gateway/src/routing/test-support/call-with.ts'
import { snapshotOf } from '../packages/gateway/src/test-support/snapshot.ts'
import { limitOf, usagePolicyOf } from '../packages/gateway/src/test-support/usage-policy.ts'

// npm run measure:limits: what usage policies cost a call, from its admission to its settlement, with
// counters in this process. The call has a prompt of 2 KB.

const { values } = parseArgs({ options: { rounds: { type: 'string', default: '200000' } } })
const rounds = Number(values.rounds)

const caller = anonymousCaller('default')
const content = 'Summarize the minutes below, and list every decision with its owner. '.repeat(30)
const fields = { model: 'm', max_tokens: 500, messages: [{ role: 'user', content }] }
const body = Buffer.from(JSON.stringify(fields))
const noHeaders = { get: () => undefined } as unknown as Parameters<typeof readCallContext>[0]
const tokenPrices = { input: '0.15', output: '0.6' } as TokenPrices
const price = new Price({ price: tokenPrices, perRequest: '0', tiers: [] })
const target = { model: 'm', facts: undefined, price, outputTokens: 200, provider: { key: 'p/p' } }
const used = { inputTokens: 500, cachedInputTokens: 0, cacheWriteInputTokens: 0 }

function callOn(snapshot: ReturnType<typeof snapshotOf>): Call {
  const request = new CallRequest({
    body,
    fields,
    context: readCallContext(noHeaders, undefined),
    rendered: undefined,
    sent: openAiChat.passage.inspect(fields),
    defaultModel: undefined,
  })
  return {
    caller,
    request,
    runtime: { snapshot },
    routed: callWith({ model: 'm', caller }),
    route: { targets: [target], route: undefined },
    record: new CallRecord('req', systemClock),
  } as unknown as Call
}

const most = 9_000_000_000_000
const requests = limitOf('requests', { amount: most })
const tokens = limitOf('tokens', { measure: 'TotalTokens', amount: most })
const cost = limitOf('cost', { measure: 'Cost', amount: most })
const cases: readonly (readonly [string, Parameters<typeof usagePolicyOf>[1] | undefined])[] = [
  ['no policy', undefined],
  ['requests', { limits: [requests] }],
  [
    'requests, per consumer and model',
    { limits: [requests], per: [{ by: 'Consumer' }, { by: 'Model' }] },
  ],
  ['requests, tokens and cost', { limits: [requests, tokens, cost] }],
]

for (const [name, policy] of cases) {
  const snapshot = snapshotOf(
    policy === undefined ? {} : { usagePolicies: [usagePolicyOf('policy', policy)] },
  )
  const created = usage({
    clock: systemClock,
    registry: new Registry(),
    allowance: { take: () => true, give: () => {} },
    logger: console,
    openCounters: () => ownCounters(systemClock),
    changed: () => {},
  })
  if (created.stage !== 'admission') throw new Error('usage policies admit calls')
  const calls = Array.from({ length: 1000 }, () => callOn(snapshot))
  let waited = 0
  let startedNs = 0n
  for (let round = -rounds / 2; round < rounds; round += 1) {
    if (round === 0) [startedNs, waited] = [process.hrtime.bigint(), 0]
    const call = calls[Math.abs(round) % calls.length] as Call
    const entered = created.enter(call)
    if (entered instanceof Promise) waited += 1
    const permit = entered instanceof Promise ? await entered : entered
    call.record.usage = { ...used, outputTokens: 200, reasoningTokens: 0 }
    call.record.costNanodollars = 195_000
    permit.settle(call.record)
  }
  const microseconds = Number(process.hrtime.bigint() - startedNs) / 1000 / rounds
  process.stdout.write(
    `${name.padEnd(36)} ${microseconds.toFixed(2).padStart(6)} µs a call; ${waited} of ${rounds} waited for the store\n`,
  )
  await created.close?.()
}
