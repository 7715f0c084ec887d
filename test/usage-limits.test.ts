import { afterEach, describe, expect, it } from 'vitest'
import { startFairlead, type FairleadProcess } from './support/fairlead-process.ts'
import { freshCall } from './support/fresh-call.ts'
import { manifest, provider, secret } from './support/manifests.ts'
import { json, startUpstream, type Upstream } from './support/upstream.ts'
import { waitFor } from './support/wait-for.ts'
import { workersOf } from './support/workers.ts'

/** What one call of a model uses: it asks for as many output tokens as it gets. */
const inputTokens = 20
const outputTokens = 50
/** Of the model's price: a dollar for a million tokens. */
const dollarsPerCall = (inputTokens + outputTokens) / 1e6
const callersMax = 200
/** Bursts until half of a limit is used. */
const roundsMax = 20

const limits = {
  requests: { requests: 40 },
  tokens: { tokens: { amount: 10_000 } },
  cost: { cost: '0.01' },
} as const
const runningMax = 5

function policy(name: string, spec: object): string {
  return manifest('UsagePolicy', name, {
    targetRefs: [{ kind: 'LLMGateway', name: 'default' }],
    match: { models: [name] },
    ...spec,
  })
}

/** Calls by model: how many came, and how many at the same time. */
class Counted {
  readonly calls = new Map<string, number>()
  readonly #running = new Map<string, number>()
  readonly runningMost = new Map<string, number>()

  begin(model: string): void {
    this.calls.set(model, (this.calls.get(model) ?? 0) + 1)
    const running = (this.#running.get(model) ?? 0) + 1
    this.#running.set(model, running)
    this.runningMost.set(model, Math.max(running, this.runningMost.get(model) ?? 0))
  }

  end(model: string): void {
    this.#running.set(model, (this.#running.get(model) ?? 1) - 1)
  }
}

let upstream: Upstream | undefined
let fairlead: FairleadProcess | undefined
afterEach(async () => {
  await upstream?.stop()
  await fairlead?.[Symbol.asyncDispose]()
})

async function start(workers: number): Promise<{ fairlead: FairleadProcess; counted: Counted }> {
  const counted = new Counted()
  upstream = await startUpstream(async (response, request) => {
    const model = String(request.body['model'])
    counted.begin(model)
    // Calls that have arrived meanwhile run at the same time.
    for (let turn = 0; turn < 20; turn += 1) await new Promise(setImmediate)
    counted.end(model)
    const usage = {
      prompt_tokens: inputTokens,
      completion_tokens: outputTokens,
      total_tokens: inputTokens + outputTokens,
    }
    const choices = [
      { index: 0, message: { role: 'assistant', content: 'x' }, finish_reason: 'stop' },
    ]
    const answer = { id: 'c', object: 'chat.completion', created: 1, model, choices, usage }
    await json(answer)(response, request)
  })
  fairlead = await startFairlead({ flags: ['--workers', String(workers)] })
  const names = [...Object.keys(limits), 'running', 'probe']
  const models = names.map((name) => ({
    name,
    price: { inputPerMillion: '1', outputPerMillion: '1' },
  }))
  await fairlead.kubectl.apply(secret('up-key', 'api-key', 'sk-up'))
  await fairlead.kubectl.apply(provider('up', 'OpenAI', `${upstream.url}/v1`, { models }))
  await fairlead.kubectl.apply(
    manifest('RoutingPolicy', 'up', {
      gatewayRefs: [{ name: 'default' }],
      rules: [
        {
          name: 'all',
          match: { models: names },
          targets: [{ name: 'up', providerRef: { name: 'up' } }],
        },
      ],
    }),
  )
  for (const [name, limit] of Object.entries(limits)) {
    const window = { calendar: 'Month' }
    await fairlead.kubectl.apply(policy(name, { limits: [{ name: 'limit', window, ...limit }] }))
  }
  await fairlead.kubectl.apply(policy('running', { concurrency: runningMax }))
  const probe = { name: 'limit', requests: 1_000_000, window: { every: '1h' } }
  await fairlead.kubectl.apply(policy('probe', { limits: [probe] }))
  await isEnforced(fairlead, workers)
  return { fairlead, counted }
}

/** By every worker: the policy that was applied last is told of by many calls in a row. */
async function isEnforced(process: FairleadProcess, workers: number): Promise<void> {
  await waitFor('the workers', async () => workersOf(process).size === workers)
  await waitFor('the policies', async () => {
    const calls = Array.from({ length: 8 * workers }, () => ask(process, 'probe'))
    const answers = await Promise.all(calls.map(({ began }) => began))
    return answers.every(({ headers }) => headers['x-ratelimit-limit-requests'] === '1000000')
  })
}

const ask = ({ endpoints }: FairleadProcess, model: string) =>
  freshCall(endpoints, {
    model,
    max_tokens: outputTokens,
    messages: [{ role: 'user', content: 'hi' }],
  })

/** How many of so many concurrent calls were answered; the others are refused. */
async function askAll(process: FairleadProcess, model: string, count: number): Promise<number> {
  const calls = Array.from({ length: count }, () => ask(process, model))
  const statuses = await Promise.all(
    calls.map(async ({ began, ended }) => {
      const { status } = await began
      await ended
      return status
    }),
  )
  expect(statuses.filter((status) => status !== 200 && status !== 429)).toEqual([])
  return statuses.filter((status) => status === 200).length
}

describe.each([1, 2, 4])('with %i worker processes', (workers) => {
  it(
    'nothing is overspent by two hundred callers at once, and a restart forgets nothing',
    { timeout: 240_000 },
    async () => {
      const { fairlead: first, counted } = await start(workers)

      const answered = await askAll(first, 'requests', callersMax)
      expect(answered).toBe(limits.requests.requests)
      expect(counted.calls.get('requests')).toBe(limits.requests.requests)

      const perCall = inputTokens + outputTokens
      let withTokens = 0
      // How many calls of a burst fit depends on how fast those before them are settled.
      const half = limits.tokens.tokens.amount / 2
      for (let round = 0; round < roundsMax && withTokens * perCall <= half; round += 1) {
        withTokens += await askAll(first, 'tokens', callersMax)
        expect(withTokens * perCall).toBeLessThanOrEqual(limits.tokens.tokens.amount)
      }
      expect(counted.calls.get('tokens')).toBe(withTokens)
      // What a call claims beyond its use comes back: most of the quota can be used.
      expect(withTokens * perCall).toBeGreaterThan(half)

      let paid = 0
      const halfCost = Number(limits.cost.cost) / 2
      for (let round = 0; round < roundsMax && paid * dollarsPerCall <= halfCost; round += 1) {
        paid += await askAll(first, 'cost', callersMax)
        expect(paid * dollarsPerCall).toBeLessThanOrEqual(Number(limits.cost.cost))
      }
      expect(paid * dollarsPerCall).toBeGreaterThan(halfCost)

      expect(await askAll(first, 'running', callersMax)).toBeGreaterThanOrEqual(runningMax)
      expect(counted.runningMost.get('running')).toBeLessThanOrEqual(runningMax)

      await first.stop()
      fairlead = await first.restart()
      await isEnforced(fairlead, workers)
      expect(await askAll(fairlead, 'requests', 10)).toBe(0)
      const more = await askAll(fairlead, 'cost', callersMax)
      expect((paid + more) * dollarsPerCall).toBeLessThanOrEqual(Number(limits.cost.cost))
    },
  )
})
