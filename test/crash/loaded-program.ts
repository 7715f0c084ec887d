import { ContextStrategy, LLMProvider, RoutingPolicy } from '@fairlead/api'
import { SeededRandom } from '@fairlead/base/testing'
import { createClient, loadKubeConfig } from '@fairlead/controller-runtime'
import { type KubernetesObject, type ResourceType } from '@fairlead/kube-core'
import { Secret } from '@fairlead/kube-types'
import { type FairleadProcess, startFairlead } from '../support/fairlead-process.ts'
import { provider, manifest, route, secret } from '../support/manifests.ts'
import { waitFor } from '../support/wait-for.ts'
import { startSlowModel } from './slow-model.ts'
import { SteadyCallers } from './steady-callers.ts'

const model = 'slow'

/** An answer with an error status, and how long it took. */
interface Refusal {
  readonly status: number
  readonly text: string
  readonly ms: number
}

/** The whole program with two workers, and callers that do not give up. */
interface LoadedProgram {
  /** It may be replaced by its restart. */
  fairlead: FairleadProcess
  readonly refusals: readonly Refusal[]
  acknowledged(): number
  /** Resolves when each caller has got about so many answers more. */
  moreAnswers(each: number): Promise<void>
  /** Stops the callers when they have what they wait for. */
  stopCalls(): Promise<void>
  /** What is wrong with what is stored, and with what callers and provider saw. */
  judge(): Promise<readonly string[]>
  sentAgain(): number
  stop(): Promise<void>
}

/** Starts the program, a slow provider and the callers. */
export async function startLoadedProgram(options: {
  readonly callers: number
  readonly seed: number
}): Promise<LoadedProgram> {
  const slow = await startSlowModel(new SeededRandom(options.seed))
  const refusals: Refusal[] = []
  const program = { fairlead: await startFairlead({ flags: ['--workers', '2'] }) }
  await configure(program.fairlead, slow.upstream.url)
  const callers = new SteadyCallers({
    count: options.callers,
    seed: options.seed,
    model,
    gateway: () => program.fairlead.endpoints,
    refused: (status, text, ms) => void refusals.push({ status, text, ms }),
  })
  return Object.assign(program, {
    refusals,
    acknowledged: () => callers.acknowledged(),
    sentAgain: () => callers.sentAgain(),
    moreAnswers: (each: number) => callers.moreAnswers(each * options.callers),
    stopCalls: () => callers.stop(),
    judge: async () => [...slow.problems, ...(await callers.problems(program.fairlead.endpoints))],
    async stop() {
      void callers.stop()
      await program.fairlead[Symbol.asyncDispose]()
      await slow.upstream.stop()
    },
  })
}

async function configure({ endpoints }: FairleadProcess, url: string): Promise<void> {
  const client = createClient(loadKubeConfig({ file: endpoints.kubeconfig }))
  const manifests: readonly (readonly [ResourceType, string])[] = [
    [Secret, secret('slow-key', 'api-key', 'sk-slow')],
    [LLMProvider, provider('slow', 'OpenAICompatible', `${url}/v1`)],
    [RoutingPolicy, route('slow', model, 'slow')],
    [ContextStrategy, manifest('ContextStrategy', 'whole', { history: { mode: 'Full' } })],
  ]
  for (const [type, text] of manifests) {
    const object = JSON.parse(text) as KubernetesObject
    await client.apply(type, object, { fieldManager: 'crash', force: true })
  }
  await client.close()
  const headers = {
    authorization: `Bearer ${endpoints.apiKey}`,
    'content-type': 'application/json',
    'x-fairlead-strategy': 'whole',
  }
  const messages = [{ role: 'user', content: 'ready question 0' }]
  const body = JSON.stringify({ model, messages })
  await waitFor('the route', async () => {
    const asked = { method: 'POST', headers, body }
    return (await fetch(`${endpoints.gateway}/v1/chat/completions`, asked)).status === 200
  })
}
