import { startApiServer, type ApiServer } from '@fairlead/apiserver'
import { createClient, loadKubeConfig, SharedInformer } from '@fairlead/controller-runtime'
import { ConfigMap } from '@fairlead/kube-types'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { BreakableLine } from './support/breakable-line.ts'
import { waitFor } from './support/wait-for.ts'

const writes = 400
const names = 20

let server: ApiServer
let line: BreakableLine
beforeAll(async () => {
  server = await startApiServer()
  line = await BreakableLine.open(Number(new URL(server.url).port))
})
afterAll(async () => {
  await line[Symbol.asyncDispose]()
  await server.stop()
})

describe('an informer whose connection keeps breaking', () => {
  it('loses nothing, reorders nothing and ends with what the server has', async () => {
    const direct = createClient(loadKubeConfig({ text: server.kubeconfig() }))
    const broken = createClient(
      loadKubeConfig({
        text: server.kubeconfig().replace(server.url, `https://127.0.0.1:${line.port}`),
      }),
    )
    const informer = new SharedInformer({
      client: broken,
      type: ConfigMap,
      scope: { namespace: 'default' },
      backoff: { baseMs: 1, maxMs: 20 },
    })
    const seen = new Map<string, number>()
    const outOfOrder: string[] = []
    const note = (name: string | undefined, data: Readonly<Record<string, string>> | undefined) => {
      const n = Number(data?.['n'])
      if (n <= (seen.get(name ?? '') ?? -1)) outOfOrder.push(`${name}: ${n}`)
      seen.set(name ?? '', n)
    }
    informer.onEvent({
      added: ({ metadata, data }) => note(metadata.name, data),
      updated: (_old, { metadata, data }) => note(metadata.name, data),
    })
    const stop = new AbortController()
    const running = informer.start(stop.signal)
    await informer.waitForSync(AbortSignal.timeout(10_000))

    for (let n = 0; n < writes; n++) {
      const name = `map-${n % names}`
      const metadata = { namespace: 'default', name }
      if (n >= names && n % 37 === 0) {
        await direct.delete(ConfigMap, metadata)
      }
      await direct.apply(
        ConfigMap,
        { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { n: String(n) } },
        { fieldManager: 'test', force: true },
      )
      if (n % 15 === 7) line.cut()
      // The changes in between are compacted: the next watch is answered with 410.
      if (n % 100 === 57) server.compact()
    }

    const { items } = await direct.list(ConfigMap, { namespace: 'default' })
    const versions = (objects: readonly ConfigMap[]) =>
      objects.map(({ metadata }) => `${metadata.name}@${metadata.resourceVersion}`).toSorted()
    await waitFor(
      'the same objects',
      () => String(versions(informer.list())) === String(versions(items)),
    )
    expect(outOfOrder).toEqual([])
    expect(line.cuts).toBeGreaterThan(5)
    stop.abort()
    await running
    await Promise.all([direct.close(), broken.close()])
  }, 30_000)
})
