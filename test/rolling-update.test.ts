import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { SeededRandom } from '@fairlead/base/testing'
import type { coreV1 } from '@fairlead/kube-types'
import { expect, it } from 'vitest'
import { Callers } from './rolling-update/callers.ts'
import { apiKey, Cluster } from './rolling-update/cluster.ts'
import { Pod } from './rolling-update/pod.ts'
import { Service } from './rolling-update/service.ts'
import { startSlowProvider } from './rolling-update/slow-provider.ts'
import { temporaryFolder } from './support/temporary-folder.ts'
import { waitFor } from './support/wait-for.ts'

/*
 * Three gateways as the operator's Deployment has them, behind a Service whose endpoints follow
 * with a delay, are replaced one after the other while streams, short calls and conversations go on.
 * FAIRLEAD_ROLLING_STREAM_MS is how long a stream takes.
 */
const streamMs = Number(process.env['FAIRLEAD_ROLLING_STREAM_MS'] ?? 6_000)
const replicas = 3

it(
  'a rolling update fails no call, and cuts no stream',
  async ({ annotate }) => {
    await using undo = new AsyncDisposableStack()
    const random = new SeededRandom(1)
    const provider = await startSlowProvider(streamMs)
    undo.defer(() => provider.stop())
    const folder = undo.use(temporaryFolder())
    const cluster = undo.use(
      await Cluster.start(provider.url, `${Math.ceil((2 * streamMs) / 1000) + 20}s`),
    )
    const service = undo.use(await Service.start())
    let started = 0
    const startPod = async (template: coreV1.PodTemplateSpec) => {
      const name = `main-gateway-${(started += 1)}`
      const data = join(folder.path, name)
      mkdirSync(data)
      const here = {
        '--host': '127.0.0.1',
        '--gateway-port': '0',
        '--admin-port': '0',
        '--data-dir': data,
        '--kubeconfig': await cluster.writeKubeconfig(data),
        '--workers': '1',
      }
      return undo.use(await Pod.start({ name, template, here, service, random }))
    }

    const template = await cluster.template()
    const before = await Promise.all(Array.from({ length: replicas }, () => startPod(template)))
    const callers = new Callers({ url: service.url, apiKey, random })
    for (let index = 0; index < 6; index += 1) {
      callers.addStreamer()
      callers.addCaller('quick', 200)
      callers.addConversation(`chat-${index}`)
    }
    // Their connections are idle when the gateway begins to stop, and when it ends.
    for (const pauseMs of [3_000, 6_000, 9_000]) callers.addCaller('quick', pauseMs)
    await waitFor('calls', () => callers.counts.calls > 50 && callers.counts.turns > 50, 60_000)

    const changed = await cluster.change('2')
    const ends: Promise<number | null>[] = []
    const after: Pod[] = []
    for (const [index, old] of before.entries()) {
      after.push(await startPod(changed))
      ends.push(old.terminate())
      if (index > 0) continue
      // The replica that drains is not waited for.
      await cluster.addModel('new')
      await cluster.programmed([...before.slice(1), ...after].map(({ name }) => name))
      callers.addCaller('new', 200)
    }
    expect(await Promise.all(ends)).toEqual([0, 0, 0])
    await callers.stop()
    expect(callers.failures).toEqual([])
    expect(service.refused).toBe(0)
    expect(before.filter(({ graceIsOver }) => graceIsOver)).toEqual([])
    expect(callers.counts.streams).toBeGreaterThanOrEqual(6)
    await cluster.programmed(after.map(({ name }) => name))
    await annotate(JSON.stringify(callers.counts))
  },
  300_000 + 5 * streamMs,
)
