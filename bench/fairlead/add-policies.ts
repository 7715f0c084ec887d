import { Secret } from '@fairlead/kube-types'
import { eventually } from '../processes/eventually.ts'
import type { BenchedFairlead } from './start-fairlead.ts'

/** More than is called in any round, so that nothing is refused. */
const plenty = 1_000_000_000
const targetRefs = [{ kind: 'LLMGateway', name: 'default' }]

/** Applies three limits, an AccessPolicy and a price; resolves once calls of `body` are counted. */
export async function addPolicies(fairlead: BenchedFairlead, body: string): Promise<void> {
  await fairlead.apply('PriceBook', 'bench', {
    targetRefs,
    prices: [
      { models: ['*'], perMillion: { input: '0.15', cachedInput: '0.075', output: '0.60' } },
    ],
  })
  await fairlead.apply('AccessPolicy', 'bench', {
    targetRefs,
    action: 'Deny',
    subjects: { notGroups: ['engineering'] },
    resources: { models: ['*'] },
  })
  await fairlead.apply('UsagePolicy', 'bench', {
    targetRefs,
    per: ['Consumer'],
    limits: [
      { name: 'burst', requests: plenty, window: { every: '1m' } },
      { name: 'daily', tokens: { amount: plenty * 1000 }, window: { calendar: 'Day' } },
      { name: 'month', cost: '9000000', window: { calendar: 'Month' }, warnAt: [80] },
    ],
  })
  await eventually('calls that are counted and priced', async () => {
    const { headers, status } = await call(fairlead, body)
    const isCounted = headers.has('x-ratelimit-limit-requests')
    return status === 200 && isCounted && headers.has('x-fairlead-cost-usd') ? true : undefined
  })
}

/** Limits `model` to one call; resolves once calls of `body`, which ask for it, are refused. */
export async function refuseCalls(
  fairlead: BenchedFairlead,
  model: string,
  body: string,
): Promise<void> {
  await fairlead.apply('UsagePolicy', 'refusing', {
    targetRefs,
    match: { models: [model] },
    per: ['Consumer'],
    limits: [{ name: 'once', requests: 1, window: { calendar: 'Year' } }],
  })
  await eventually('calls that are refused', async () => {
    const { status } = await call(fairlead, body)
    return status === 429 ? true : undefined
  })
}

/** Has its counters in Redis; with `leases` if they are given. */
export async function countInRedis(
  fairlead: BenchedFairlead,
  url: string,
  leases: object | undefined,
): Promise<void> {
  await fairlead.client.create(Secret, {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { namespace: 'default', name: 'bench-redis' },
    data: { url: Buffer.from(url).toString('base64') },
  })
  const redis = { urlSecretRef: { name: 'bench-redis' }, ...(leases && { leases }) }
  await fairlead.apply('LLMGateway', 'default', { state: { type: 'Redis', redis } })
}

async function call(fairlead: BenchedFairlead, body: string): Promise<Response> {
  const response = await fetch(`${fairlead.gateway}/v1/chat/completions`, {
    method: 'POST',
    headers: { ...fairlead.headers, 'content-type': 'application/json' },
    body,
  })
  await response.arrayBuffer()
  return response
}
