import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { SeededRandom } from '@fairlead/base/testing'
import { type Command, startCommand } from '../support/command.ts'
import { compileCache } from '../support/compile-cache.ts'
import { manifest, provider, route, secret } from '../support/manifests.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { startSlowModel } from './slow-model.ts'
import { SteadyCallers } from './steady-callers.ts'
import type { StoreServerKind } from './store-servers.ts'

interface KillOptions {
  /** How many gateways are killed. */
  readonly kills: number
  /** How often the store's server is killed, spread evenly between them. */
  readonly serverKills: number
  readonly callers: number
  readonly seed: number
  /** No kill begins later. */
  readonly seconds: number
}

/** What was done, and what was wrong after it. */
interface KillFigures {
  readonly kills: number
  readonly serverKills: number
  readonly acknowledged: number
  readonly sentAgain: number
  readonly problems: readonly string[]
}

const model = 'slow'
const apiKey = 'flk_of-callers'
const killDelayMsMax = 1000

/**
 * Two gateways on one store are called while one or the other is killed, and now and then the store's
 * server, as SIGKILL does it. Each is started again at once. Rejects when callers get nothing for two
 * minutes.
 */
export async function killGateways(
  kind: StoreServerKind,
  { callers: count, kills, seconds, seed, serverKills }: KillOptions,
): Promise<KillFigures> {
  const random = new SeededRandom(seed)
  await using server = await kind.start()
  using folder = temporaryFolder()
  const slow = await startSlowModel(new SeededRandom(seed))
  mkdirSync(join(folder.path, 'manifests'))
  const text = manifests(kind, server.url, slow.upstream.url)
  writeFileSync(join(folder.path, 'manifests', 'all.yaml'), text)
  const gateways = [await startReplica(folder.path, 0), await startReplica(folder.path, 1)]
  const called = () => ({ gateway: random.pick(gateways).url, apiKey })
  const callers = new SteadyCallers({ count, seed, model, gateway: called })
  const done = { kills: 0, serverKills: 0 }
  try {
    const until = performance.now() + seconds * 1000
    while (done.kills < kills && performance.now() < until) {
      await callers.moreAnswers(count)
      await pause(random.below(killDelayMsMax))
      const index = random.below(gateways.length)
      await gateways[index]?.kill()
      done.kills += 1
      if (done.serverKills < (serverKills * done.kills) / kills) {
        await server.kill()
        await pause(random.below(killDelayMsMax / 4))
        await server.restart()
        done.serverKills += 1
      }
      gateways[index] = await startReplica(folder.path, index)
    }
    await callers.moreAnswers(count)
    await callers.stop()
    const problems = [...slow.problems, ...(await callers.problems(called()))]
    const [acknowledged, sentAgain] = [callers.acknowledged(), callers.sentAgain()]
    return { ...done, acknowledged, sentAgain, problems }
  } finally {
    void callers.stop()
    for (const gateway of gateways) await gateway.kill()
    await slow.upstream.stop()
  }
}

interface Replica {
  readonly url: string
  kill(): Promise<void>
}

/** A replica with a data directory of its own, as a Pod has it. Resolves when it listens. */
async function startReplica(folder: string, index: number): Promise<Replica> {
  const data = ['--data-dir', join(folder, `data-${index}`), '--workers', '1']
  const ports = ['--gateway-port', '0', '--admin-port', '0']
  const files = ['--manifests', join(folder, 'manifests')]
  const command: Command = startCommand(['gateway', ...files, ...data, ...ports], {
    // A busy machine would take a minute to start each anew.
    NODE_COMPILE_CACHE: join(folder, 'code'),
    ...compileCache(),
    FAIRLEAD_REPLICA: `replica-${index}`,
  })
  const url = await command.prints(/The gateway listens at (\S+)/)
  return { url, kill: () => command[Symbol.asyncDispose]() }
}

function manifests({ name }: StoreServerKind, storeUrl: string, modelUrl: string): string {
  const urlSecretRef = { name: 'store-server' }
  const server = name === 'Redis' ? { redis: { urlSecretRef } } : { postgres: { urlSecretRef } }
  const key = { name: 'only', secretRef: { name: 'callers-key', key: 'api-key' } }
  return [
    secret('callers-key', 'api-key', apiKey),
    secret('slow-key', 'api-key', 'sk-slow'),
    secret(urlSecretRef.name, 'url', storeUrl),
    manifest('LLMGateway', 'default', {
      listeners: [{ name: 'http', port: 8080, protocol: 'HTTP' }],
      egress: { privateNetworks: 'Allow' },
      defaults: {
        contextStrategyRef: { name: 'whole' },
        conversationStoreRef: { name: 'shared' },
      },
    }),
    manifest('Consumer', 'callers', { apiKeys: [key] }),
    manifest('ContextStrategy', 'whole', { history: { mode: 'Full' } }),
    manifest('ConversationStore', 'shared', { type: name, ...server }),
    provider('slow', 'OpenAICompatible', `${modelUrl}/v1`),
    route('slow', model, 'slow'),
  ].join('\n---\n')
}
