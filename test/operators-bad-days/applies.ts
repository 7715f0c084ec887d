import { LLMGateway, LLMProvider, RoutingPolicy } from '@fairlead/api'
import { sleep, systemClock } from '@fairlead/base'
import type { SeededRandom } from '@fairlead/base/testing'
import type { Client } from '@fairlead/controller-runtime'
import { type KubernetesObject, StatusError, untyped } from '@fairlead/kube-core'
import { waitFor } from '../support/wait-for.ts'

const namespace = 'default'
const routes = 100
const providers = 40
/** Of the same names, more than there are providers: some references lead nowhere. */
const namedProviders = 50
const pauseMs = 50

/** Somebody who applies providers and routes, again and again, until the server has said yes. */
export class Applies {
  /** What the server said no to. */
  readonly refused: string[] = []
  /** How many it said yes to. */
  count = 0
  readonly #client: Client
  readonly #random: SeededRandom
  readonly #providers = new Set<string>()
  /** By route: the provider that it names, and the apply that it is of. */
  readonly #routes = new Map<string, { readonly provider: string; readonly apply: string }>()

  constructor(client: Client, random: SeededRandom) {
    this.#client = client
    this.#random = random
  }

  async applyGateway(): Promise<void> {
    await this.#apply(resource('LLMGateway', 'default', {}, '0'))
  }

  /** So many, and more until what happens meanwhile is over. */
  async during(happening: Promise<void>, atLeast: number): Promise<void> {
    let isOver = false
    const over = happening.finally(() => (isOver = true))
    // Its failure is told in the end.
    over.catch(() => {})
    for (let applied = 0; applied < atLeast || !isOver; applied += 1) {
      await this.#applySomething()
      await sleep(systemClock, pauseMs)
    }
    await over
  }

  /** What is not stored as it was last applied. */
  async lost(): Promise<readonly string[]> {
    const stored = await this.#stored()
    return [...this.#routes]
      .filter(([name, { apply }]) => stored.get(name)?.metadata.annotations?.['apply'] !== apply)
      .map(([name]) => name)
  }

  /** Resolves once every status speaks of what is stored, and is true. */
  async untilTold(): Promise<void> {
    let wrong: readonly string[] = []
    await waitFor(
      'true statuses',
      async () => {
        wrong = await this.#wrongStatuses()
        return wrong.length === 0
      },
      60_000,
    ).catch((error: unknown) => {
      throw new Error(`${wrong.length} statuses are wrong: ${wrong.slice(0, 5).join('; ')}`, {
        cause: error,
      })
    })
  }

  async #wrongStatuses(): Promise<readonly string[]> {
    const stored = await this.#stored()
    return [...this.#routes].flatMap(([name, { provider }]) => {
      const { metadata, status } = stored.get(name) ?? {}
      const resolved = status?.conditions?.find(({ type }) => type === 'ResolvedRefs')
      const told = `${resolved?.status} for generation ${status?.observedGeneration}`
      const wanted = `${this.#providers.has(provider) ? 'True' : 'False'} for generation ${metadata?.generation}`
      return told === wanted ? [] : [`${name} says ${told}, not ${wanted}`]
    })
  }

  async #stored() {
    const { items } = await this.#client.list(RoutingPolicy, { namespace })
    return new Map(items.map((item) => [item.metadata.name, item]))
  }

  async #applySomething(): Promise<void> {
    const number = String(this.count + 1)
    if (this.#random.below(5) === 0) {
      const name = `provider-${this.#random.below(providers)}`
      await this.#apply(resource('LLMProvider', name, { type: 'Simulator' }, number))
      this.#providers.add(name)
      return
    }
    const name = `route-${this.#random.below(routes)}`
    const provider = `provider-${this.#random.below(namedProviders)}`
    await this.#apply(
      resource(
        'RoutingPolicy',
        name,
        {
          gatewayRefs: [{ name: 'default' }],
          rules: [
            {
              name: 'only',
              match: { models: [name] },
              targets: [{ name: 'first', providerRef: { name: provider } }],
            },
          ],
        },
        number,
      ),
    )
    this.#routes.set(name, { provider, apply: number })
  }

  async #apply(object: KubernetesObject): Promise<void> {
    const type = untyped(types[object.kind as keyof typeof types])
    await waitFor(
      `the apply of ${object.kind} ${object.metadata.name}`,
      async () => {
        try {
          await this.#client.apply(type, object, {
            fieldManager: 'kubectl',
            force: true,
            timeoutMs: 5_000,
          })
          return true
        } catch (error) {
          // A server that is away or starts has said nothing.
          if (error instanceof StatusError && error.code < 500) this.refused.push(String(error))
          throw error
        }
      },
      60_000,
    )
    this.count += 1
  }
}

const types = { LLMGateway, LLMProvider, RoutingPolicy }

function resource(kind: string, name: string, spec: object, apply: string): KubernetesObject {
  const metadata = { namespace, name, annotations: { apply } }
  return { apiVersion: 'fairlead.dev/v1beta1', kind, metadata, spec }
}
