import { isExpired, isTooManyRequests, StatusError } from '@fairlead/kube-core'
import type { ResourceType, TypedObject } from '@fairlead/kube-core'
import {
  type Clock,
  DeadlineError,
  type Logger,
  openScope,
  type Random,
  sleep,
} from '@fairlead/base'
import type { Reader, WatchEvent } from '../client/client.ts'
import { ConnectionError } from '../client/connection-error.ts'
import { WatchStreamError } from '../client/line-splitter.ts'
import { watchEventError } from '../client/watch-events.ts'
import { Backoff } from './backoff.ts'
import type { BackoffOptions } from './backoff.ts'
import type { Contact } from './contact.ts'
import type { ReflectorMetrics } from './informer-metrics.ts'
import type { InformerScope } from './informer.ts'
import { whenIdle } from './watch-idle.ts'

/** Receives what a reflector reads. */
interface ReflectorSink<T extends TypedObject> {
  /** A complete list: objects not in it do not exist. */
  replace(objects: readonly T[]): void
  /** A change reported by the watch. */
  change(type: 'ADDED' | 'MODIFIED' | 'DELETED', object: T): void
  /** Everything up to this version has been seen. */
  reached(resourceVersion: string): void
}

interface ReflectorOptions<T extends TypedObject> {
  readonly client: Reader
  readonly type: ResourceType<T>
  readonly scope: InformerScope
  readonly sink: ReflectorSink<T>
  /** Is told how the connection fares. */
  readonly contact: Contact
  readonly metrics?: ReflectorMetrics | undefined
  readonly clock: Clock
  readonly random: Random
  readonly logger: Logger
  readonly backoff?: BackoffOptions | undefined
  /** Aborts a watch that received no byte for this long. */
  readonly idleTimeoutMs: number
  readonly onWatchError?: ((error: Error) => void) | undefined
}

const pageSize = 500
const wholeListTimeoutMs = 120_000
const shortestWatchSeconds = 300
/** The server ends a watch after `timeoutSeconds`; this much later the peer counts as gone. */
const watchOverdueMs = 30_000
/** Servers accept a watch at once; the client waits for a Retry-After within this time. */
const openingTimeoutMs = 60_000

/**
 * Mirrors one collection into a sink by list and watch for as long as it runs.
 *
 * A watch that ends is resumed from the last version seen. The collection is listed again only when
 * the server no longer has that version (410) or refuses the watch for a reason other than load. An
 * attempt that delivered nothing is followed by a backoff; a watch that delivered events or stayed
 * open is resumed immediately.
 */
export class Reflector<T extends TypedObject> {
  readonly #options: ReflectorOptions<T>
  readonly #backoff: Backoff
  /** Where the watch resumes; undefined when a list is due. */
  #resourceVersion: string | undefined

  constructor(options: ReflectorOptions<T>) {
    this.#options = options
    this.#backoff = new Backoff(options.clock, options.random, options.backoff)
  }

  /** Runs until the signal aborts. Never rejects. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        if (this.#resourceVersion === undefined) await this.#list(signal)
      } catch (error) {
        if (signal.aborted) return
        await this.#recover(asError(error), false, signal)
        continue
      }
      const { error, worked } = await this.#watch(signal)
      if (signal.aborted) return
      if (error !== undefined) await this.#recover(error, worked, signal)
    }
  }

  async #recover(error: Error, progressed: boolean, signal: AbortSignal): Promise<void> {
    const { logger, contact } = this.#options
    const resumable = this.#resourceVersion !== undefined && isResumable(error)
    if (!resumable) this.#resourceVersion = undefined
    if (resumable && progressed && !isTooManyRequests(error)) {
      logger.debug({ reason: error.message }, 'the watch was interrupted and is resumed')
      return
    }
    const delayMs = this.#backoff.next()
    const level = isExpired(error) ? 'info' : 'warn'
    contact.failed(error)
    logger[level](
      { reason: error.message, delayMs: Math.round(delayMs), relist: !resumable },
      'list or watch failed and is retried',
    )
    this.#tell(error)
    await sleep(this.#options.clock, delayMs, signal).catch(() => {})
  }

  #tell(error: Error): void {
    try {
      this.#options.onWatchError?.(error)
    } catch (thrown) {
      this.#options.logger.error({ err: thrown }, 'onWatchError threw')
    }
  }

  async #list(signal: AbortSignal): Promise<void> {
    const { sink, contact, metrics, clock } = this.#options
    const startMs = clock.monotonicMs()
    const { items, resourceVersion } = await this.#listPages(signal)
    metrics?.listed((clock.monotonicMs() - startMs) / 1000)
    contact.listed()
    sink.replace(items)
    sink.reached(resourceVersion)
    this.#resourceVersion = resourceVersion
  }

  async #listPages(signal: AbortSignal): Promise<{ items: T[]; resourceVersion: string }> {
    const { client, type, scope } = this.#options
    const items: T[] = []
    let token: string | undefined
    for (;;) {
      try {
        const page = await client.list(type, {
          ...scope,
          signal,
          limit: pageSize,
          ...(token === undefined ? {} : { continue: token }),
        })
        for (const item of page.items) items.push(item)
        token = page.metadata.continue
        if (!token) return { items, resourceVersion: page.metadata.resourceVersion ?? '' }
      } catch (error) {
        if (token === undefined || !isExpired(error)) throw error
        // The version expired between two pages: list everything in one request.
        const whole = await client.list(type, { ...scope, signal, timeoutMs: wholeListTimeoutMs })
        return { items: whole.items, resourceVersion: whole.metadata.resourceVersion ?? '' }
      }
    }
  }

  /** One watch: why it failed, if it did, and whether it worked before it ended. */
  async #watch(signal: AbortSignal): Promise<{ error: Error | undefined; worked: boolean }> {
    const { contact, metrics } = this.#options
    metrics?.watchStarted()
    const progress = { events: 0 }
    let error: Error | undefined
    try {
      await this.#followWatch(signal, progress)
    } catch (thrown) {
      error = asError(thrown)
    }
    const worked = contact.ended(progress.events > 0)
    if (!worked) {
      metrics?.watchWasShort()
      error ??= new WatchStreamError('the watch ended immediately without any event')
    }
    return { error, worked }
  }

  async #followWatch(signal: AbortSignal, progress: { events: number }): Promise<void> {
    const { client, type, scope, clock, random, contact, idleTimeoutMs } = this.#options
    const timeoutSeconds = Math.round(shortestWatchSeconds * (1 + random()))
    using life = openScope({
      parents: [signal],
      clock,
      timeoutMs: timeoutSeconds * 1000 + watchOverdueMs,
      what: `the watch of ${type.plural}`,
    })
    const limits = { openingMs: openingTimeoutMs, idleMs: idleTimeoutMs }
    using idle = whenIdle(clock, limits, `the watch of ${type.plural}`, (error) =>
      life.abort(error),
    )
    const events = client.watch(type, {
      ...scope,
      ...(this.#resourceVersion === undefined ? {} : { resourceVersion: this.#resourceVersion }),
      allowWatchBookmarks: true,
      timeoutSeconds,
      signal: life.signal,
      onActivity: () => {
        contact.activity()
        idle.touch()
      },
    })
    for await (const event of events) this.#take(event, progress)
  }

  #take(event: WatchEvent<T>, progress: { events: number }): void {
    if (event.type === 'ERROR') throw watchEventError(event)
    const resourceVersion = event.object.metadata?.resourceVersion
    if (resourceVersion === undefined) {
      throw new WatchStreamError('the watch sent an object without a resourceVersion')
    }
    if (event.type !== 'BOOKMARK') {
      progress.events += 1
      this.#options.contact.event()
      this.#options.sink.change(event.type, event.object)
    }
    this.#resourceVersion = resourceVersion
    this.#options.sink.reached(resourceVersion)
  }
}

/** Whether the watch may resume from its last version: the failure does not invalidate it. */
function isResumable(error: Error): boolean {
  if (error instanceof StatusError) {
    const tooLarge = error.status.details?.causes?.some(
      ({ reason }) => reason === 'ResourceVersionTooLarge',
    )
    return !tooLarge && (isTooManyRequests(error) || error.code >= 500)
  }
  return (
    error instanceof ConnectionError ||
    error instanceof WatchStreamError ||
    error instanceof DeadlineError
  )
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error))
}
