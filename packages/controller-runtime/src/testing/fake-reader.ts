import type { ResourceType, TypedObject } from '@fairlead/kube-core'
import { aborted } from '@fairlead/base'
import type { Reader, WatchEvent, WatchOptions } from '../client/client.ts'

/** An in-memory collection: lists what it holds, watches what is pushed, validates nothing. */
export class FakeReader implements Reader {
  readonly #objects = new Map<string, readonly TypedObject[]>()
  readonly #listeners = new Map<string, Set<(event: WatchEvent) => void>>()
  /** Plurals of the kinds whose list never resolves. */
  readonly stuck = new Set<string>()
  readonly lists: string[] = []
  readonly openWatches = new Map<string, number>()

  seed(type: ResourceType, ...objects: readonly TypedObject[]): void {
    this.#objects.set(type.plural, objects)
  }

  push(type: ResourceType, event: WatchEvent): void {
    for (const listener of this.#listeners.get(type.plural) ?? []) listener(event)
  }

  get(): Promise<never> {
    return Promise.reject(new Error('not faked'))
  }

  async list<T extends TypedObject>(type: ResourceType<T>, options?: { signal?: AbortSignal }) {
    this.lists.push(type.plural)
    if (this.stuck.has(type.plural) && options?.signal !== undefined) {
      await aborted(options.signal)
      options.signal.throwIfAborted()
    }
    const items = (this.#objects.get(type.plural) ?? []) as readonly T[]
    return {
      apiVersion: 'v1',
      kind: `${type.kind}List`,
      metadata: { resourceVersion: '1' },
      items: [...items],
    }
  }

  async *watch<T extends TypedObject>(
    type: ResourceType<T>,
    { signal, onActivity }: WatchOptions = {},
  ): AsyncGenerator<WatchEvent<T>> {
    const isOver = () => signal?.aborted === true
    const waiting: WatchEvent<T>[] = []
    let wake = () => {}
    const listener = (event: WatchEvent) => {
      waiting.push(event as WatchEvent<T>)
      wake()
    }
    const listeners = this.#listeners.get(type.plural) ?? new Set()
    this.#listeners.set(type.plural, listeners.add(listener))
    const count = (by: number) =>
      this.openWatches.set(type.plural, (this.openWatches.get(type.plural) ?? 0) + by)
    count(1)
    onActivity?.()
    try {
      while (!isOver()) {
        yield* waiting.splice(0)
        // More may have been pushed, or the watch ended, while those were taken.
        if (waiting.length > 0 || isOver()) continue
        await new Promise<void>((resolve) => {
          wake = resolve
          signal?.addEventListener('abort', () => resolve(), { once: true })
        })
      }
    } finally {
      listeners.delete(listener)
      count(-1)
    }
  }
}
