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
import { listPages } from './list-pages.ts'
import { StreamedList } from './streamed-list.ts'
import { whenIdle } from './watch-idle.ts'

/** Receives what a reflector reads. `Kept` is what remains of an object of an incomplete list. */
interface ReflectorSink<T extends TypedObject, Kept> {
  /** Called for each object as it arrives, so that a list in the making takes no more than the copy. */
  keep(object: T): Kept
  /** A complete list: objects not in it do not exist. */
  replace(objects: Iterable<Kept>): void
  /** A change reported by the watch. */
  change(type: 'ADDED' | 'MODIFIED' | 'DELETED', object: T): void
  /** Everything up to this version has been seen. */
  reached(resourceVersion: string): void
}

interface ReflectorOptions<T extends TypedObject, Kept> {
  readonly client: Reader
  readonly type: ResourceType<T>
  readonly scope: InformerScope
  readonly sink: ReflectorSink<T, Kept>
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
  /** Lists by a watch that begins with the objects, from servers that can (WatchList). */
  readonly watchList: boolean
}

/** How the next list is read. */
type ListMode = 'stream' | 'pages' | 'pages for good'

/** How far a watch has come. */
interface WatchProgress<T extends TypedObject, Kept> {
  /** Events after the list, and its end. */
  events: number
  /** The list with which the watch begins, until its end has come; undefined if there is none. */
  listing: StreamedList<T, Kept> | undefined
  readonly startMs: number
}

const shortestWatchSeconds = 300
/** The server ends a watch after `timeoutSeconds`; this much later the peer counts as gone. */
const watchOverdueMs = 30_000
/** Servers accept a watch at once; the client waits for a Retry-After within this time. */
const openingTimeoutMs = 60_000

/**
 * Mirrors one collection into a sink by list and watch for as long as it runs.
 *
 * The list is the beginning of the watch, where the server can do that: one request, served from its
 * memory, in which each object is handled as it comes. If that does not work, for whatever reason, the
 * list is read in pages.
 *
 * A watch that ends is resumed from the last version seen. The collection is listed again only when
 * the server no longer has that version (410) or refuses the watch for a reason other than load. An
 * attempt that delivered nothing is followed by a backoff; a watch that delivered events or stayed
 * open is resumed immediately.
 */
export class Reflector<T extends TypedObject, Kept = T> {
  readonly #options: ReflectorOptions<T, Kept>
  readonly #backoff: Backoff
  /** Where the watch resumes; undefined when a list is due. */
  #resourceVersion: string | undefined
  #listMode: ListMode

  constructor(options: ReflectorOptions<T, Kept>) {
    this.#options = options
    this.#listMode = options.watchList ? 'stream' : 'pages for good'
    this.#backoff = new Backoff(options.clock, options.random, options.backoff)
  }

  /** Runs until the signal aborts. Never rejects. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        if (this.#resourceVersion === undefined && this.#listMode !== 'stream') {
          await this.#list(signal)
        }
      } catch (error) {
        if (signal.aborted) return
        await this.#recover(asError(error), false, signal)
        continue
      }
      const { error, worked } = await this.#watch(signal)
      if (signal.aborted) return
      if (error === undefined) continue
      if (this.#resourceVersion !== undefined || !this.#listInPages(error)) {
        await this.#recover(error, worked, signal)
      }
    }
  }

  /** A list that came as a stream has failed. Returns whether the server only refused the form. */
  #listInPages(error: Error): boolean {
    const refused = error instanceof StatusError && (error.code === 400 || error.code === 422)
    this.#listMode = refused ? 'pages for good' : 'pages'
    if (refused) {
      this.#options.logger.debug({ reason: error.message }, 'the server does not stream lists')
    }
    return refused
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
    const { client, type, scope, sink, clock } = this.#options
    const startMs = clock.monotonicMs()
    const keep = (object: T) => sink.keep(object)
    const { items, resourceVersion } = await listPages(client, type, scope, keep, signal)
    this.#listed(items, resourceVersion, startMs)
    if (this.#listMode === 'pages') this.#listMode = 'stream'
  }

  #listed(items: Iterable<Kept>, resourceVersion: string, startMs: number): void {
    const { sink, contact, metrics, clock } = this.#options
    metrics?.listed((clock.monotonicMs() - startMs) / 1000)
    contact.listed()
    sink.replace(items)
    sink.reached(resourceVersion)
    this.#resourceVersion = resourceVersion
  }

  /** One watch: why it failed, if it did, and whether it worked before it ended. */
  async #watch(signal: AbortSignal): Promise<{ error: Error | undefined; worked: boolean }> {
    const { contact, metrics, clock, sink } = this.#options
    const listing =
      this.#resourceVersion === undefined
        ? new StreamedList<T, Kept>((object) => sink.keep(object))
        : undefined
    const progress: WatchProgress<T, Kept> = { events: 0, listing, startMs: clock.monotonicMs() }
    // One that begins with a list is counted when that has ended: until then it may be refused.
    if (listing === undefined) metrics?.watchStarted()
    let error: Error | undefined
    try {
      await this.#followWatch(signal, progress)
    } catch (thrown) {
      error = asError(thrown)
    }
    const worked = contact.ended(progress.events > 0)
    if (progress.listing !== undefined) {
      error ??= new WatchStreamError('the watch ended before the list that it began with')
      return { error, worked: false }
    }
    if (!worked) {
      metrics?.watchWasShort()
      error ??= new WatchStreamError('the watch ended immediately without any event')
    }
    return { error, worked }
  }

  async #followWatch(signal: AbortSignal, progress: WatchProgress<T, Kept>): Promise<void> {
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
      ...(this.#resourceVersion === undefined
        ? ({ sendInitialEvents: true, resourceVersionMatch: 'NotOlderThan' } as const)
        : { resourceVersion: this.#resourceVersion }),
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

  #take(event: WatchEvent<T>, progress: WatchProgress<T, Kept>): void {
    if (event.type === 'ERROR') throw watchEventError(event)
    const resourceVersion = event.object.metadata?.resourceVersion
    if (resourceVersion === undefined) {
      throw new WatchStreamError('the watch sent an object without a resourceVersion')
    }
    if (progress.listing !== undefined) {
      this.#takeOfList(event, progress.listing, progress)
      return
    }
    if (event.type !== 'BOOKMARK') {
      progress.events += 1
      this.#options.contact.event()
      this.#options.sink.change(event.type, event.object)
    }
    this.#resourceVersion = resourceVersion
    this.#options.sink.reached(resourceVersion)
  }

  #takeOfList(
    event: WatchEvent<T>,
    listing: StreamedList<T, Kept>,
    progress: WatchProgress<T, Kept>,
  ): void {
    const resourceVersion = listing.take(event)
    if (resourceVersion === undefined) return
    progress.events += 1
    progress.listing = undefined
    this.#options.metrics?.watchStarted()
    this.#listed(listing.items, resourceVersion, progress.startMs)
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
