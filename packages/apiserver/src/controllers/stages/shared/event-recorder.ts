import type { Logger } from '@fairlead/base'
import { isNotFound, StatusError, type KubernetesObject } from '@fairlead/kube-core'

import type { ResourceDefinition } from '../../../definitions/resource-definition.ts'
import { changeObject } from '../../../resources/change-object.ts'
import { createObject } from '../../../resources/create-object.ts'
import type { WriteContext } from '../../../resources/resource-context.ts'
import { countedFields, eventObject, type ClusterEvent, type EventSource } from './cluster-event.ts'
import { EventCorrelator, type Correlated } from './event-correlator.ts'

/** So many events may wait to be written; further ones are dropped, as by client-go. */
const waitingMax = 1000

interface Waiting {
  readonly about: KubernetesObject
  readonly event: ClusterEvent
  readonly nowMs: number
  readonly suffix: string
}

interface Parts {
  readonly context: WriteContext
  readonly source: EventSource
  readonly manager: string
  readonly logger: Logger
  /** The end of an event's name; a later one is greater. */
  readonly nextSuffix: (nowMs: number) => string
}

/**
 * Records what a controller tells, one event after the other and later than it is told, so that no
 * controller waits for it. What cannot be recorded is lost, as in a cluster.
 */
export class EventRecorder {
  readonly #parts: Parts
  readonly #correlator = new EventCorrelator()
  #waiting: Waiting[] = []
  #isWriting = false

  constructor(parts: Parts) {
    this.#parts = parts
  }

  record(about: KubernetesObject, event: ClusterEvent): void {
    if (this.#waiting.length >= waitingMax) return
    const nowMs = this.#parts.context.clock.now()
    this.#waiting.push({ about, event, nowMs, suffix: this.#parts.nextSuffix(nowMs) })
    if (!this.#isWriting) void this.#writeAll()
  }

  /** Drops what has not been written. */
  stop(): void {
    this.#waiting = []
  }

  async #writeAll(): Promise<void> {
    this.#isWriting = true
    // Whoever records goes on first.
    await Promise.resolve()
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
      await this.#write(next)
    }
    this.#isWriting = false
  }

  async #write(waiting: Waiting): Promise<void> {
    const { about, event, nowMs } = waiting
    const correlated = this.#correlator.correlate(about, event, nowMs)
    if (correlated === undefined) return
    try {
      if (!(await this.#count(waiting, correlated))) await this.#create(waiting, correlated)
    } catch (error) {
      // Its namespace is going, or a quota is full.
      if (error instanceof StatusError) return
      this.#parts.logger.warn({ error, reason: event.reason }, 'an event was not recorded')
    }
  }

  /** Counts on the event that has been recorded; false when there is none any more. */
  async #count({ about, nowMs }: Waiting, correlated: Correlated): Promise<boolean> {
    const { before, event } = correlated
    if (before === undefined) return false
    const { context, source, manager } = this.#parts
    const namespace = about.metadata.namespace || 'default'
    const count = before.count + 1
    const counted = countedFields(source, { nowMs, count, message: event.message })
    try {
      await changeObject(
        context,
        { definition: this.#events(), namespace, name: before.name },
        (current) => ({ ...current, ...counted }),
        { ...options, fieldManager: manager },
        'track',
      )
    } catch (error) {
      if (isNotFound(error)) return false
      throw error
    }
    correlated.recorded({ name: before.name, count })
    return true
  }

  async #create(waiting: Waiting, correlated: Correlated): Promise<void> {
    const { context, source, manager } = this.#parts
    const object = eventObject(waiting.about, correlated.event, source, waiting)
    const target = {
      definition: this.#events(),
      namespace: object.metadata.namespace ?? '',
    }
    const body = { apiVersion: 'v1', kind: 'Event', ...object }
    await createObject(context, target, body, { ...options, fieldManager: manager })
    correlated.recorded({ name: object.metadata.name ?? '', count: 1 })
  }

  #events(): ResourceDefinition {
    const events = this.#parts.context.registry.find('', 'v1', 'events')
    if (events === undefined) throw new Error('events are not served')
    return events
  }
}

const options = { dryRun: false, fieldValidation: 'Ignore', warn: () => {} } as const
