import { untilAborted } from '@fairlead/base'
import {
  type CachedInformer,
  type Client,
  type Manager,
  metadataOnly,
} from '@fairlead/controller-runtime'
import type { KubernetesList, TypedObject } from '@fairlead/kube-core'

import { InformerLag } from './informer-lag.ts'

/** The informers of a manager that are behind what the servers had at one moment. */
export class CurrentInformers implements Disposable {
  readonly #lags: readonly (readonly [InformerLag, CachedInformer, Client])[]
  readonly #current = Promise.withResolvers<void>()

  constructor(manager: Manager) {
    this.#lags = manager.clusters.flatMap(({ client, informers }) =>
      informers.map((cached) => {
        const lag = new InformerLag(cached, () => this.#check())
        return [lag, cached, client] as const
      }),
    )
  }

  /** Resolves when each has told its handlers everything that the servers have as this is called. */
  async caughtUp(signal: AbortSignal): Promise<void> {
    await Promise.all(
      this.#lags.map(async ([lag, cached, client]) => {
        lag.compare(await listAll(client, cached, signal))
      }),
    )
    this.#check()
    await untilAborted(this.#current.promise, signal)
  }

  /** What is missing, a sentence for each informer that is behind. */
  describe(): readonly string[] {
    return this.#lags.filter(([{ isCurrent }]) => !isCurrent).map(([lag]) => lag.describe())
  }

  [Symbol.dispose](): void {
    for (const [lag] of this.#lags) lag[Symbol.dispose]()
  }

  #check(): void {
    if (this.#lags.every(([{ isCurrent }]) => isCurrent)) this.#current.resolve()
  }
}

async function listAll(
  client: Client,
  { type, scopes }: CachedInformer,
  signal: AbortSignal,
): Promise<KubernetesList<TypedObject>> {
  const lists = await Promise.all(
    scopes.map((scope) => client.list<TypedObject>(metadataOnly(type), { ...scope, signal })),
  )
  const [first] = lists
  if (first === undefined) throw new Error(`the informer of ${type.plural} watches nothing`)
  return { ...first, items: lists.flatMap(({ items }) => items) }
}
