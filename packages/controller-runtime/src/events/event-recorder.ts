import { isAlreadyExists, isNotFound, microTimestamp, StatusError } from '@fairlead/kube-core'
import type { TypedObject } from '@fairlead/kube-core'
import { Event } from '@fairlead/kube-types'
import { hash, randomUUID } from 'node:crypto'
import { hostname } from 'node:os'
import {
  type Clock,
  type Logger,
  openScope,
  RecentMap,
  sleep,
  TokenBucket,
  withFields,
} from '@fairlead/base'
import type { Client } from '../client/client.ts'
import type { Runnable } from '../runnable.ts'
import { newEvent, type RecordedEvent, shortFieldLimit } from './recorded-event.ts'

export interface EventRecorderOptions {
  readonly client: Pick<Client, 'create' | 'patch'>
  /** The reporting component: the operator's name. */
  readonly component: string
  /** The reporting replica. Defaults to the host name. */
  readonly instance?: string
  readonly clock: Clock
  readonly logger: Logger
}

interface Series {
  readonly event: Event
  count: number
  /** When it was last reported, by the monotonic clock. */
  lastMs: number
  /** The same moment by wall time, for the stamp. */
  lastWallMs: number
  /** The server has forgotten it; the next repetition is a new event. */
  expired: boolean
  /** The count that the server has; 0 before the event itself is stored. */
  written: number
  /** Not written again before this monotonic time. */
  notBeforeMs: number
  /** Queued for writing, so further repetitions only increase the count. */
  waiting: boolean
}

const queueLimit = 1000
const seriesLimit = 4096
const objectsLimit = 4096
const onceLimit = 4096
/** A repetition within this time increases the count of the existing event. */
const seriesMs = 6 * 60_000
const burst = 25
const refillMs = 300_000
const triesLimit = 12
const retryMs = 10_000
/** A series is written at most this often, however fast it repeats. */
const seriesWriteMs = 10_000
const lastWritesMs = 2000

/**
 * Records events of the group events.k8s.io.
 *
 * `event` never blocks and never fails. A repetition within six minutes increases the count of the
 * first event; each object gets a burst of 25 events and then one per five minutes; at most 1000
 * events are queued; a write is attempted twelve times. Anything beyond these limits is dropped.
 */
export class EventRecorder implements Runnable {
  readonly needLeaderElection = false
  readonly #options: EventRecorderOptions
  readonly #instance: string
  readonly #logger: Logger
  readonly #series = new RecentMap<Series>(seriesLimit)
  readonly #buckets = new RecentMap<TokenBucket>(objectsLimit)
  /** Events that are told once, and have been. */
  readonly #told = new RecentMap<true>(onceLimit)
  readonly #queue: Series[] = []
  /** Repeated too soon after a write, in the order in which they may be written again. */
  readonly #late = new Set<Series>()
  #wake: () => void = () => {}

  constructor(options: EventRecorderOptions) {
    this.#options = options
    this.#instance = (options.instance ?? hostname()).slice(0, shortFieldLimit)
    this.#logger = withFields(options.logger, { component: options.component })
  }

  /** Records an event about a stored object, one with a name and a uid. */
  event(regarding: TypedObject, recorded: RecordedEvent): void {
    const { clock } = this.#options
    const nowMs = clock.monotonicMs()
    const wallMs = clock.now()
    const { type, reason, action, note, once } = recorded
    const object = objectIdentity(regarding)
    const onceKey = once === undefined ? undefined : JSON.stringify([object, reason, once])
    if (onceKey !== undefined && this.#told.get(onceKey) !== undefined) return
    const key = onceKey ?? JSON.stringify([object, type, reason, action, note])
    const series = this.#series.get(key)
    if (series !== undefined && !series.expired && nowMs - series.lastMs < seriesMs) {
      series.count += 1
      series.lastMs = nowMs
      series.lastWallMs = wallMs
      this.#enqueue(series)
      return
    }
    if (!this.#mayTell(object, nowMs)) {
      this.#logger.debug({ object, reason }, 'an event was dropped: too many for this object')
      return
    }
    if (onceKey !== undefined) this.#told.set(onceKey, true)
    const suffix =
      onceKey === undefined ? randomUUID().replaceAll('-', '') : hash('sha256', onceKey)
    const fresh: Series = {
      event: newEvent(regarding, recorded, {
        component: this.#options.component,
        instance: this.#instance,
        suffix: suffix.slice(0, 16),
        wallMs,
      }),
      count: 1,
      lastMs: nowMs,
      lastWallMs: wallMs,
      expired: false,
      written: 0,
      notBeforeMs: nowMs,
      waiting: false,
    }
    this.#series.set(key, fresh)
    this.#enqueue(fresh)
  }

  /** Writes events until the signal aborts, then for up to two seconds what is still queued. */
  async start(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      this.#queueDue()
      const series = this.#queue.shift()
      if (series === undefined) await this.#nextEvent(signal)
      else await this.#write(series, signal)
    }
    await this.#writeLast()
  }

  #enqueue(series: Series): void {
    if (series.waiting) return
    if (this.#queue.length + this.#late.size >= queueLimit) {
      this.#logger.debug({ limit: queueLimit }, 'an event was dropped: too many are queued')
      return
    }
    series.waiting = true
    if (series.notBeforeMs > this.#options.clock.monotonicMs()) this.#late.add(series)
    else this.#queue.push(series)
    this.#wake()
  }

  #queueDue(): void {
    const nowMs = this.#options.clock.monotonicMs()
    for (const series of this.#late) {
      if (series.notBeforeMs > nowMs) return
      this.#late.delete(series)
      this.#queue.push(series)
    }
  }

  #mayTell(object: string, nowMs: number): boolean {
    let bucket = this.#buckets.get(object)
    if (bucket === undefined) {
      bucket = new TokenBucket(burst, refillMs, nowMs)
      this.#buckets.set(object, bucket)
    }
    return bucket.take(nowMs)
  }

  #nextEvent(signal: AbortSignal): Promise<void> {
    const { clock } = this.#options
    return new Promise((resolve) => {
      const [next] = this.#late
      const timer =
        next === undefined
          ? undefined
          : clock.setTimer(next.notBeforeMs - clock.monotonicMs(), () => this.#wake())
      this.#wake = () => {
        timer?.cancel()
        signal.removeEventListener('abort', this.#wake)
        this.#wake = () => {}
        resolve()
      }
      signal.addEventListener('abort', this.#wake, { once: true })
    })
  }

  async #write(series: Series, signal: AbortSignal): Promise<void> {
    for (let attempt = 1; attempt <= triesLimit; attempt += 1) {
      try {
        await this.#send(series, signal)
        return
      } catch (error) {
        if (signal.aborted) {
          // It is written with the last events.
          this.#queue.unshift(series)
          return
        }
        if (!mayRetry(error) || attempt === triesLimit) {
          series.waiting = false
          this.#logger.warn({ err: error }, 'an event could not be recorded')
          return
        }
        await sleep(this.#options.clock, retryMs, signal).catch(() => {})
      }
    }
  }

  async #writeLast(): Promise<void> {
    using scope = openScope({
      clock: this.#options.clock,
      timeoutMs: lastWritesMs,
      what: 'writing the last events',
    })
    for (const series of [...this.#queue.splice(0), ...this.#late]) {
      try {
        await this.#send(series, scope.signal)
      } catch (error) {
        this.#logger.warn({ err: error }, 'one of the last events could not be recorded')
        if (scope.signal.aborted || mayRetry(error)) return
      }
    }
  }

  async #send(series: Series, signal: AbortSignal): Promise<void> {
    const { client } = this.#options
    const { event } = series
    const { namespace, name } = event.metadata
    // Repetitions during the write are counted by the next one.
    const { count } = series
    if (series.written === 0) {
      await client.create(Event, event, { signal }).catch((error: unknown) => {
        // The name is this event's alone: somebody told it once for all, or the answer was lost.
        if (!isAlreadyExists(error)) throw error
      })
      this.#written(series, 1)
      return
    }
    const body = { series: { count, lastObservedTime: microTimestamp(series.lastWallMs) } }
    try {
      await client.patch(Event, { namespace, name }, { type: 'merge', body }, { signal })
    } catch (error) {
      if (!isNotFound(error)) throw error
      // Events expire on the server.
      series.expired = true
    }
    this.#written(series, count)
  }

  #written(series: Series, count: number): void {
    series.written = count
    series.notBeforeMs = this.#options.clock.monotonicMs() + seriesWriteMs
    series.waiting = false
    if (series.count > count && !series.expired) this.#enqueue(series)
  }
}

function objectIdentity({ apiVersion, kind, metadata }: TypedObject): string {
  return [apiVersion, kind, metadata.namespace ?? '', metadata.name, metadata.uid].join('/')
}

/** A refusal is final; a busy or unreachable server may accept the event later. */
function mayRetry(error: unknown): boolean {
  if (!(error instanceof StatusError)) return true
  return error.code === 429 || error.code >= 500
}
