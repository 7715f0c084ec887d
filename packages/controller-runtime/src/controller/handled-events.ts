import { untilAborted } from '@fairlead/base'
import { DeliveryContext, type EventPlace } from './event-context.ts'
import type { EventContext } from './event.ts'
import type { DeliveredEvent, Tell } from './event-delivery.ts'
import { EventLane, type LaneDelivery } from './event-lane.ts'
import { EventQueue, type QueuedEvent } from './event-queue.ts'
import type { SourceContext } from './source-context.ts'

/** What predicates and handlers do with an event. */
type Handle<R extends object> = (
  queue: EventQueue<R>,
  context: EventContext,
) => void | Promise<void>

/** Of a source that runs without a controller: nothing is delivered again. */
class OnlyOnce implements LaneDelivery {
  readonly #logger: SourceContext['logger']
  readonly #stopped: AbortSignal

  constructor({ logger }: Pick<SourceContext, 'logger'>, stopped: AbortSignal) {
    this.#logger = logger
    this.#stopped = stopped
  }

  attempt(_event: DeliveredEvent, tell: Tell): void | Promise<void> {
    const told = tell()
    return told === undefined ? undefined : this.#settle(told)
  }

  count(): void {}

  fail(error: Error): void {
    this.#logger?.error({ err: error }, 'an event is lost')
  }

  async #settle(told: Promise<void>): Promise<void> {
    try {
      await told
    } catch (error) {
      if (this.#stopped.aborted) return
      this.#logger?.error({ err: error }, 'a handler failed for an event')
    }
  }
}

/** The events of one source on their way to its handler. */
export class HandledEvents<R extends object> {
  readonly #context: SourceContext<R>
  readonly #place: EventPlace
  readonly #lane: EventLane

  /** @param stopped aborts when the source stops */
  constructor(context: SourceContext<R>, stopped: AbortSignal) {
    const { clock, cache, cluster = '', delivery } = context
    this.#context = context
    this.#place = { clock, cache, cluster, stopped }
    this.#lane = new EventLane(delivery ?? new OnlyOnce(context, stopped))
  }

  deliver(event: QueuedEvent, handle: Handle<R>): void {
    const queue = new EventQueue(this.#context, event)
    this.#lane.deliver(event, () => this.#handle(event, queue, handle))
  }

  #handle(event: QueuedEvent, queue: EventQueue<R>, handle: Handle<R>): void | Promise<void> {
    const context = new DeliveryContext(this.#place, event)
    let handled: void | Promise<void>
    try {
      handled = handle(queue, context)
    } catch (error) {
      context[Symbol.dispose]()
      throw error
    }
    if (handled === undefined) return context[Symbol.dispose]()
    return untilAborted(handled, context.signal).finally(() => context[Symbol.dispose]())
  }
}
