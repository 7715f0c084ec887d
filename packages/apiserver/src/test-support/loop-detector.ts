import type { Change, StorageKey } from '../storage/change.ts'
import type { Storage } from '../storage/storage.ts'

/** Nothing happens any more when nothing has for so many turns of the event loop. */
const quietTurns = 20

/**
 * Tells when controllers go round in circles: an object that changes again and again although nobody
 * does anything from outside.
 */
export class LoopDetector {
  readonly #storage: Storage
  readonly #changesMax: number
  readonly #changes = new Map<string, number>()
  readonly #unsubscribe: () => void

  /** @param changesMax how many changes of one object may follow from what a test does at once */
  constructor(storage: Storage, changesMax = 10) {
    this.#storage = storage
    this.#changesMax = changesMax
    this.#unsubscribe = storage.subscribe('all', (change) => this.#count(change))
  }

  /**
   * Waits until nothing changes any more; what happens from then on is a consequence of what the
   * test does next.
   * @throws when an object has changed more often than allowed since the last time
   */
  async settled(): Promise<void> {
    for (let quiet = 0; quiet < quietTurns; quiet++) {
      const { revision } = this.#storage
      await turnOfEventLoop()
      if (this.#storage.revision !== revision) quiet = 0
      const looping = [...this.#changes].find(([, count]) => count > this.#changesMax)
      if (looping !== undefined) {
        throw new Error(
          `${looping[0]} has changed ${looping[1]} times, and nobody from outside did`,
        )
      }
    }
    this.#changes.clear()
  }

  stop(): void {
    this.#unsubscribe()
  }

  #count({ key }: Change): void {
    const name = nameOf(key)
    this.#changes.set(name, (this.#changes.get(name) ?? 0) + 1)
  }
}

function turnOfEventLoop(): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  setImmediate(resolve)
  return promise
}

function nameOf({ resource, namespace, name }: StorageKey): string {
  return [resource, namespace, name].filter((part) => part !== '').join('/')
}
