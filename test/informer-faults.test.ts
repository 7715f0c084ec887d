import { TestEnvironment } from '@fairlead/apiserver/testing'
import { silentLogger } from '@fairlead/base'
import { createClient, loadKubeConfig, SharedInformer } from '@fairlead/controller-runtime'
import { ConfigMap } from '@fairlead/kube-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { waitFor } from './support/wait-for.ts'

let environment: TestEnvironment
beforeAll(async () => {
  environment = await TestEnvironment.start()
})
afterAll(() => environment.stop())

const rounds = 42
const names = 12

/** What befalls the informer's requests, in turn. */
function faultOf(round: number): void {
  const { faults, server } = environment
  const match = { resource: 'configmaps', verbs: ['list', 'watch'], user: 'informer', times: 1 }
  const kinds = [
    () => faults.dropWatches({ user: 'informer' }),
    () => faults.endWatches({ user: 'informer' }),
    () => faults.inject({ ...match, fault: { type: 'status', code: 429, retryAfterSeconds: 0 } }),
    () => faults.inject({ ...match, fault: { type: 'status', code: 500 } }),
    () => server.compact(),
    () => faults.inject({ ...match, fault: { type: 'drop' } }),
    () => faults.inject({ ...match, fault: { type: 'delay', ms: 5 } }),
  ]
  kinds[round % kinds.length]?.()
  if (round % kinds.length > 1) faults.dropWatches({ user: 'informer' })
}

// client-go tools/cache/reflector_test.go, on a server: nothing missed, whatever happens
it.each([true, false])(
  'an informer misses nothing and asks no more than it must, with streamed lists: %s',
  async (watchList) => {
    const writer = createClient(loadKubeConfig({ text: environment.server.kubeconfig() }))
    const { kubeconfig } = environment.addUser({ name: 'informer', groups: ['system:masters'] })
    const reading = createClient(loadKubeConfig({ text: kubeconfig }))
    let requests = 0
    const client: typeof reading = {
      ...reading,
      list: (type, options) => {
        requests += 1
        return reading.list(type, options)
      },
      watch: (type, options) => {
        requests += 1
        return reading.watch(type, options)
      },
    }
    const namespace = 'default'
    const informer = new SharedInformer({
      client,
      type: ConfigMap,
      scope: { namespace },
      logger: silentLogger,
      backoff: { baseMs: 1, maxMs: 20 },
      watchList,
    })
    const seen = new Map<string, number>()
    const wrong: string[] = []
    const note = ({ metadata, data }: ConfigMap) => {
      const { name = '' } = metadata
      const n = Number(data?.['n'])
      if (n <= (seen.get(name) ?? -1)) wrong.push(`${name}: ${n} after ${seen.get(name)}`)
      seen.set(name, n)
    }
    informer.onEvent({
      added: note,
      updated: (_, after) => note(after),
      deleted: ({ metadata }) => {
        if (!seen.has(metadata.name ?? '')) wrong.push(`${metadata.name} was deleted unseen`)
      },
    })
    const stop = new AbortController()
    const running = informer.start(stop.signal)
    for (let round = 0; round < rounds; round += 1) {
      faultOf(round)
      for (let index = 0; index < 5; index += 1) {
        const n = round * 5 + index
        const name = `c-${n % names}`
        const metadata = { namespace, name }
        const data = { n: String(n) }
        const map = { apiVersion: 'v1', kind: 'ConfigMap', metadata, data }
        if (n % 17 === 16) await writer.delete(ConfigMap, { namespace, name }).catch(() => {})
        else await writer.apply(ConfigMap, map, { fieldManager: 'writer' })
      }
    }
    environment.faults.clear()
    const short = (objects: readonly ConfigMap[]) =>
      objects
        .map(({ metadata }) => `${metadata.name}@${metadata.resourceVersion}`)
        .toSorted()
        .join(' ')
    const { items } = await writer.list(ConfigMap, { namespace })
    await waitFor('the copy to be as the server', () => short(informer.list()) === short(items))
    expect(wrong).toEqual([])
    // Per fault at most: one that fails, a list, and a watch.
    expect(requests).toBeLessThanOrEqual(3 * rounds + 3)
    stop.abort()
    await running
    await writer.deleteAllOf(ConfigMap, { namespace })
    await Promise.all([writer.close(), reading.close()])
  },
  60_000,
)
