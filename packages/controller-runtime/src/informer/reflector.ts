import { isExpired, isTooManyRequests, StatusError } from '@fairlead/kube-core'
import type { KubernetesObject, ResourceType } from '@fairlead/kube-core'
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
import type { InformerScope } from './informer.ts'

/** Receives what a reflector reads. */
interface ReflectorSink<T extends KubernetesObject> {
  /** A complete list: objects not in it do not exist. */
  replace(objects: readonly T[]): void
  /** A change reported by the watch. */
  change(type: 'ADDED' | 'MODIFIED' | 'DELETED', object: T): void
  /** Everything up to this version has been seen. */
  reached(resourceVersion: string): void
  failed(error: Error): void
  recovered(): void
}

interface ReflectorOptions<T extends KubernetesObject> {
  readonly client: Reader
  readonly type: ResourceType<T>
  readonly scope: InformerScope
  readonly sink: ReflectorSink<T>
  readonly clock: Clock
  readonly random: Random
  readonly logger: Logger
  readonly backoff?: BackoffOptions | undefined
  /** Aborts a watch that received no byte for this long. Off by default: quiet kinds are normal. */
  readonly idleTimeoutMs?: number | undefined
}

/** The outcome of one watch request; `openedMs` is when the server accepted it. */
interface WatchProgress {
  events: number
  openedMs: number | undefined
}

const pageSize = 500
const wholeListTimeoutMs = 120_000
const shortestWatchSeconds = 300
/** The server ends a watch after `timeoutSeconds`; this much later the peer counts as gone. */
const watchOverdueMs = 30_000
const shortWatchMs = 1000

/**
 * Mirrors one collection into a sink by list and watch for as long as it runs.
 *
 * A watch that ends is resumed from the last version seen. The collection is listed again only when
 * the server no longer has that version (410) or refuses the watch for a reason other than load. An
 * attempt that delivered nothing is followed by a backoff; a watch that delivered events or stayed
 * open is resumed immediately.
 */
export class Reflector<T extends KubernetesObject> {
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
      const progress: WatchProgress = { events: 0, openedMs: undefined }
      try {
        if (this.#resourceVersion === undefined) await this.#list(signal)
        await this.#watch(signal, progress)
        if (this.#progressed(progress)) continue
        throw new WatchStreamError('the watch ended immediately without any event')
      } catch (error) {
        if (signal.aborted) return
        await this.#recover(asError(error), this.#progressed(progress), signal)
      }
    }
  }

  #progressed({ events, openedMs }: WatchProgress): boolean {
    if (events > 0) return true
    return openedMs !== undefined && this.#options.clock.monotonicMs() - openedMs >= shortWatchMs
  }

  async #recover(error: Error, progressed: boolean, signal: AbortSignal): Promise<void> {
    const { logger, sink } = this.#options
    const resumable = this.#resourceVersion !== undefined && isResumable(error)
    if (!resumable) this.#resourceVersion = undefined
    if (resumable && progressed && !isTooManyRequests(error)) {
      logger.debug({ reason: error.message }, 'the watch was interrupted and is resumed')
      return
    }
    const delayMs = this.#backoff.next()
    const level = isExpired(error) ? 'info' : 'warn'
    sink.failed(error)
    logger[level](
      { reason: error.message, delayMs: Math.round(delayMs), relist: !resumable },
      'list or watch failed and is retried',
    )
    await sleep(this.#options.clock, delayMs, signal).catch(() => {})
  }

  async #list(signal: AbortSignal): Promise<void> {
    const { sink } = this.#options
    const { items, resourceVersion } = await this.#listPages(signal)
    sink.replace(items)
    sink.reached(resourceVersion)
    sink.recovered()
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

  async #watch(signal: AbortSignal, progress: WatchProgress): Promise<void> {
    const { client, type, scope, clock, random, sink } = this.#options
    const timeoutSeconds = Math.round(shortestWatchSeconds * (1 + random()))
    using life = openScope({
      parents: [signal],
      clock,
      timeoutMs: timeoutSeconds * 1000 + watchOverdueMs,
      what: `the watch of ${type.plural}`,
    })
    using idle = this.#watchIdle((error) => life.abort(error))
    const events = client.watch(type, {
      ...scope,
      ...(this.#resourceVersion === undefined ? {} : { resourceVersion: this.#resourceVersion }),
      allowWatchBookmarks: true,
      timeoutSeconds,
      signal: life.signal,
      onActivity: () => {
        if (progress.openedMs === undefined) {
          progress.openedMs = clock.monotonicMs()
          sink.recovered()
        }
        idle.touch()
      },
    })
    for await (const event of events) this.#take(event, progress)
  }

  #take(event: WatchEvent<T>, progress: WatchProgress): void {
    if (event.type === 'ERROR') throw watchEventError(event)
    const resourceVersion = event.object.metadata?.resourceVersion
    if (resourceVersion === undefined) {
      throw new WatchStreamError('the watch sent an object without a resourceVersion')
    }
    if (event.type !== 'BOOKMARK') {
      progress.events += 1
      this.#options.sink.change(event.type, event.object)
    }
    this.#resourceVersion = resourceVersion
    this.#options.sink.reached(resourceVersion)
  }

  #watchIdle(onIdle: (error: Error) => void): Disposable & { touch(): void } {
    const { clock, idleTimeoutMs, type } = this.#options
    if (idleTimeoutMs === undefined) return { touch: () => {}, [Symbol.dispose]: () => {} }
    let touchedMs = clock.monotonicMs()
    const check = () => {
      const remainingMs = touchedMs + idleTimeoutMs - clock.monotonicMs()
      if (remainingMs > 0) timer = clock.setTimer(remainingMs, check)
      else onIdle(new DeadlineError(`the next byte of the watch of ${type.plural}`, idleTimeoutMs))
    }
    let timer = clock.setTimer(idleTimeoutMs, check)
    return {
      touch: () => {
        touchedMs = clock.monotonicMs()
      },
      [Symbol.dispose]: () => timer.cancel(),
    }
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
