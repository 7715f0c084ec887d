import { untilAborted } from '@fairlead/base'
import { DeliveryContext, type EventPlace } from './event-context.ts'
import type { EventContext } from './event.ts'
import { EventLane, type LaneDelivery } from './event-lane.ts'
import { EventQueue, type QueuedEvent } from './event-queue.ts'
import type { SourceContext } from './source-context.ts'

/** What predicates and handlers do with an event. */
type Handle<R extends object> = (
  queue: EventQueue<R>,
  context: EventContext,
) => void | Promise<void>

/** Of a source that runs without a controller: nothing is delivered again. */
function onlyOnce({ logger }: Pick<SourceContext, 'logger'>, stopped: AbortSignal): LaneDelivery {
  return {
    attempt: (_event, tell) => quietly(tell()),
    wait: () => {},
    fail: (error) => logger?.error({ err: error }, 'an event is lost'),
  }

  async function settled(told: Promise<void>): Promise<void> {
    try {
      await told
    } catch (error) {
      if (!stopped.aborted) logger?.error({ err: error }, 'a handler failed for an event')
    }
  }

  function quietly(told: void | Promise<void>): void | Promise<void> {
    return told === undefined ? undefined : settled(told)
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
    this.#lane = new EventLane(delivery ?? onlyOnce(context, stopped))
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
