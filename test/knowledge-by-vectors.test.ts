import { afterAll, beforeAll, expect, it } from 'vitest'
import { type FairleadProcess, startFairlead } from './support/fairlead-process.ts'
import { manifest } from './support/manifests.ts'
import { post } from './support/sdk.ts'
import { waitFor } from './support/wait-for.ts'

let fairlead: FairleadProcess

beforeAll(async () => {
  fairlead = await startFairlead({ flags: ['--workers', '2'] })
}, 90_000)
afterAll(() => fairlead[Symbol.asyncDispose]())

const data = {
  'leave.md': '# Leave\n\nEverybody has 25 days of leave.',
  'travel.md': '# Travel\n\nTrains come before planes.',
}

it('finds what is indexed by vectors, and has it reranked', async () => {
  const { kubectl } = fairlead
  await kubectl.apply(
    JSON.stringify({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'policies', namespace: 'default' },
      data,
    }),
  )
  await kubectl.apply(manifest('LLMProvider', 'local', { type: 'Simulator' }))
  await kubectl.apply(
    manifest('RoutingPolicy', 'local', {
      rules: [{ name: 'all', targets: [{ name: 'local', providerRef: { name: 'local' } }] }],
    }),
  )
  for (const mode of ['Vector', 'Hybrid']) {
    const name = mode.toLowerCase()
    await kubectl.apply(
      manifest('KnowledgeBase', name, {
        sources: [{ name: 'policies', configMapRef: { name: 'policies' } }],
        index: { mode, embedding: { model: 'vec' } },
        rerank: { model: 'rank', candidates: 10 },
      }),
    )
    const path = `/v1/vector_stores/${name}/search`
    const search = async (resultsMax: number) => {
      const response = await post(fairlead.endpoints, path, {
        query: 'Trains or planes?',
        max_num_results: resultsMax,
      })
      if (response.status !== 200) return []
      return ((await response.json()) as { data: readonly object[] }).data
    }
    // Documents are found one by one as they are read: the best is known once both are there.
    await waitFor(`${mode} to find both`, async () => (await search(10)).length === 2)
    const [best] = await search(1)
    expect(JSON.stringify(best)).toContain('Trains come before planes')
  }
}, 90_000)
