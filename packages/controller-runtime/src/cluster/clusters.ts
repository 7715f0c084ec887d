import { aborted, openScope } from '@fairlead/base'
import { type Runnable, runnable } from '../runnable.ts'
import type { Cluster } from './cluster.ts'

/**
 * Which clusters: one by its name, or those for whose names the function says true. The manager's
 * own has the name `''`.
 */
export type ClusterSelector = string | ((name: string) => boolean)

/** Thrown for a cluster that the manager does not have, or no longer. */
export class ClusterNotFoundError extends Error {
  override readonly name = 'ClusterNotFoundError'
  constructor(cluster: string) {
    super(`the manager has no cluster named ${cluster}: add it with addCluster`)
  }
}

/** What is done with a cluster, until the signal aborts because it is removed. */
type Engage = (cluster: Cluster, signal: AbortSignal) => void

interface Entry {
  readonly cluster: Cluster
  readonly required: boolean
  readonly removal: AbortController
  running: Promise<void>
}

interface Engagement {
  readonly selector: ClusterSelector
  readonly engage: Engage
}

/** The clusters that a manager has beside its own, by name. */
export class Clusters {
  readonly #entries = new Map<string, Entry>()
  readonly #engagements = new Set<Engagement>()

  /** Adds a cluster, and returns what runs it until it is removed. */
  add(name: string, cluster: Cluster, options: { readonly required: boolean }): Runnable {
    if (name === '') throw new Error("the name '' is that of the manager's own cluster")
    if (this.#entries.has(name)) throw new Error(`a cluster named ${name} already exists`)
    const removal = new AbortController()
    const entry: Entry = { cluster, removal, ...options, running: Promise.resolve() }
    this.#entries.set(name, entry)
    for (const engagement of this.#engagements) this.#engage(name, entry, engagement)
    return runnable((signal) => (entry.running = runUntilRemoved(entry, signal)), {
      name: `the cluster ${name}`,
    })
  }

  has(name: string): boolean {
    return this.#entries.has(name)
  }

  /** Throws ClusterNotFoundError. */
  get(name: string): Cluster {
    const entry = this.#entries.get(name)
    if (entry === undefined) throw new ClusterNotFoundError(name)
    return entry.cluster
  }

  all(): readonly Cluster[] {
    return [...this.#entries.values()].map(({ cluster }) => cluster)
  }

  /** Those without which the manager is not ready. */
  required(): readonly Cluster[] {
    return [...this.#entries.values()].filter((one) => one.required).map((one) => one.cluster)
  }

  /** Resolves when the required ones have synced or have been removed. */
  async waitForSync(signal: AbortSignal): Promise<void> {
    const required = [...this.#entries.values()].filter((one) => one.required)
    await Promise.all(
      required.map(async ({ cluster, removal }) => {
        const removed = aborted(removal.signal)
        await Promise.race([cluster.cache.waitForSync(signal), removed])
      }),
    )
  }

  isRequired(name: string): boolean {
    return this.#entries.get(name)?.required === true
  }

  /** Ends whatever uses the cluster and resolves when it has stopped; nothing if there is none. */
  async remove(name: string): Promise<void> {
    const entry = this.#entries.get(name)
    if (entry === undefined) return
    this.#entries.delete(name)
    entry.removal.abort(new Error(`the cluster ${name} was removed`))
    await entry.running
    await entry.cluster.close()
  }

  /** Calls back for each cluster that the selector means, now and later, until the signal aborts. */
  engage(selector: ClusterSelector, engage: Engage, signal: AbortSignal): void {
    if (signal.aborted) return
    const engagement = { selector, engage }
    this.#engagements.add(engagement)
    signal.addEventListener('abort', () => this.#engagements.delete(engagement), { once: true })
    for (const [name, entry] of this.#entries) this.#engage(name, entry, engagement)
  }

  #engage(name: string, { cluster, removal }: Entry, { selector, engage }: Engagement): void {
    if (isSelected(name, selector)) engage(cluster, removal.signal)
  }
}

/** Whether the selector means the cluster of that name. */
export function isSelected(name: string, selector: ClusterSelector): boolean {
  return typeof selector === 'string' ? selector === name : selector(name)
}

async function runUntilRemoved({ cluster, removal }: Entry, signal: AbortSignal): Promise<void> {
  using scope = openScope({ parents: [signal, removal.signal] })
  await cluster.start(scope.signal)
}
