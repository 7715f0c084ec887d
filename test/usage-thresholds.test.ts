import { expect, it } from 'vitest'
import { startFairlead, type FairleadProcess } from './support/fairlead-process.ts'
import { freshCall } from './support/fresh-call.ts'
import { manifest, route } from './support/manifests.ts'
import { waitFor } from './support/wait-for.ts'
import { workersOf } from './support/workers.ts'

const workers = 4
const amount = 40

interface Told {
  readonly reason: string
  readonly note?: string
  readonly series?: { readonly count: number }
}

/** What `kubectl get events` shows of the policy's thresholds. */
async function thresholds({
  kubectl,
}: Pick<FairleadProcess, 'kubectl'>): Promise<readonly string[]> {
  const { items } = JSON.parse(await kubectl('get', 'events.events.k8s.io', '-o', 'json')) as {
    readonly items: readonly Told[]
  }
  return items
    .filter(({ reason }) => reason === 'LimitThreshold')
    .map(({ note = '', series }) => {
      return `${/\d+%/.exec(note)?.[0]} ${series?.count ?? 1}`
    })
    .toSorted()
}

async function call({ endpoints }: FairleadProcess, count: number): Promise<void> {
  const calls = Array.from({ length: count }, () =>
    freshCall(endpoints, { model: 'any', messages: [{ role: 'user', content: 'hi' }] }),
  )
  for (const { began, ended } of calls) {
    expect((await began).status).toBe(200)
    await ended
  }
}

it(
  'of several workers each threshold of a window is one event, also after a restart',
  { timeout: 240_000 },
  async () => {
    await using first = await startFairlead({ flags: ['--workers', String(workers)] })
    await first.kubectl.apply(manifest('LLMProvider', 'echo', { type: 'Simulator' }))
    await first.kubectl.apply(route('echo', 'any', 'echo'))
    await first.kubectl.apply(
      manifest('UsagePolicy', 'team', {
        targetRefs: [{ kind: 'LLMGateway', name: 'default' }],
        limits: [
          { name: 'month', requests: amount, window: { calendar: 'Month' }, warnAt: [50, 80] },
        ],
      }),
    )
    await waitFor('the workers', async () => workersOf(first).size === workers)
    await first.kubectl('wait', '--for=condition=Enforced', 'usagepolicy/team', '--timeout=60s')
    await call(first, 24)
    await waitFor('the first threshold', async () => (await thresholds(first)).length > 0)
    expect(await thresholds(first)).toEqual(['50% 1'])
    await call(first, 8)
    await waitFor('the second threshold', async () => (await thresholds(first)).length > 1)
    await first.stop()
    await using fairlead = await first.restart()
    await waitFor('the workers', async () => workersOf(fairlead).size === workers)
    await fairlead.kubectl('wait', '--for=condition=Enforced', 'usagepolicy/team', '--timeout=60s')
    await call(fairlead, 4)
    await waitFor('the counter', async () => {
      const used = await fairlead.kubectl(
        'get',
        'usagepolicy/team',
        '-o',
        'jsonpath={.status.counters[0].used}',
      )
      return used === '36'
    })
    expect(await thresholds(fairlead)).toEqual(['50% 1', '80% 1'])
  },
)
