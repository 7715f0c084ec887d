import type { ResourceContext } from '../resources/resource-context.ts'

const eventLifetimeMs = 60 * 60 * 1000
const sweepIntervalMs = 5 * 60 * 1000

/** Deletes events one hour after their last change, so that they do not accumulate. */
export class EventExpiry {
  readonly #context: ResourceContext
  #timer: { cancel(): void } | undefined

  constructor(context: ResourceContext) {
    this.#context = context
    this.#schedule()
  }

  stop(): void {
    this.#timer?.cancel()
  }

  #schedule(): void {
    this.#timer = this.#context.clock.setTimer(sweepIntervalMs, () => {
      this.#sweep()
      this.#schedule()
    })
  }

  #sweep(): void {
    const { storage, clock } = this.#context
    const oldestMs = clock.now() - eventLifetimeMs
    for (const event of storage.list({ resource: 'events' }).objects) {
      if (lastChangeMs(event) > oldestMs) continue
      const { namespace = '', name = '', resourceVersion = '' } = event.metadata
      storage.delete({ resource: 'events', namespace, name }, resourceVersion)
    }
  }
}

function lastChangeMs(event: Record<string, unknown>): number {
  const metadata = event['metadata'] as { creationTimestamp?: string }
  const series = event['series'] as { lastObservedTime?: string } | undefined
  const moments = [metadata.creationTimestamp, event['lastTimestamp'], series?.lastObservedTime]
  return Math.max(...moments.map((moment) => (typeof moment === 'string' ? Date.parse(moment) : 0)))
}
