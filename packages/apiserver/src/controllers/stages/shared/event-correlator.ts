import { RecentMap, TokenBucket } from '@fairlead/base'
import type { KubernetesObject } from '@fairlead/kube-core'

import type { ClusterEvent } from './cluster-event.ts'

/** So many events are remembered. */
const rememberedMax = 4096
/** From so many events on that differ in their message alone, they become one. */
const similarMax = 10
const similarWithinMs = 10 * 60_000
/** About one object, so many are recorded at once, and then one in five minutes. */
const burst = 25
const refillMs = 5 * 60_000

interface Similar {
  readonly messages: Set<string>
  lastMs: number
}

/** An event that has been recorded. */
interface Recorded {
  readonly name: string
  readonly count: number
}

/** What becomes of an event. */
export interface Correlated {
  /** It may have become one for several that are similar. */
  readonly event: ClusterEvent
  /** The event that is counted on; undefined for one that is to be created. */
  readonly before?: Recorded
  /** Remembers what has been recorded. */
  recorded(as: Recorded): void
}

/**
 * Keeps the events of one source few: equal ones are counted, many similar ones become one, and of
 * too many the rest is dropped. As EventCorrelator in client-go.
 */
export class EventCorrelator {
  readonly #buckets = new RecentMap<TokenBucket>(rememberedMax)
  readonly #similar = new RecentMap<Similar>(rememberedMax)
  readonly #recorded = new RecentMap<Recorded>(rememberedMax)

  /** Undefined when the event is dropped. */
  correlate(about: KubernetesObject, event: ClusterEvent, nowMs: number): Correlated | undefined {
    const { kind, metadata } = about
    const object = JSON.stringify([kind, metadata.namespace, metadata.name, metadata.uid])
    if (!this.#bucketOf(object, nowMs).take(nowMs)) return undefined
    const { type, reason, message, fieldPath } = event
    const group = JSON.stringify([object, type, reason])
    const isOne = this.#isOneOfMany(group, message, nowMs)
    const key = isOne ? group : JSON.stringify([group, fieldPath, message])
    const before = this.#recorded.get(key)
    return {
      event: isOne ? { ...event, message: `(combined from similar events): ${message}` } : event,
      ...(before === undefined ? {} : { before }),
      recorded: (as) => this.#recorded.set(key, as),
    }
  }

  #bucketOf(object: string, nowMs: number): TokenBucket {
    const bucket = this.#buckets.get(object) ?? new TokenBucket(burst, refillMs, nowMs)
    this.#buckets.set(object, bucket)
    return bucket
  }

  #isOneOfMany(group: string, message: string, nowMs: number): boolean {
    const known = this.#similar.get(group)
    const isFresh = known !== undefined && nowMs - known.lastMs <= similarWithinMs
    const similar = isFresh ? known : { messages: new Set<string>(), lastMs: nowMs }
    similar.messages.add(message)
    similar.lastMs = nowMs
    this.#similar.set(group, similar)
    if (similar.messages.size < similarMax) return false
    similar.messages.delete(message)
    return true
  }
}
