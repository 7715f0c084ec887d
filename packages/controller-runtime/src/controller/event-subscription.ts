import type { TypedObject } from '@fairlead/kube-core'
import type { Informer } from '../informer/informer.ts'
import type { EventHandler } from './event-handler.ts'
import { queuedEvent } from './event-queue.ts'
import { HandledEvents } from './handled-events.ts'
import type { Predicate } from './predicate.ts'
import type { SourceContext } from './source-context.ts'

const lowPriorityDefault = -100

/**
 * Calls the handler for the events of an informer that pass all predicates. What it returns ends
 * that; handlers in progress are told to stop when the signal aborts.
 */
export function subscribe<T extends TypedObject, R extends object>(
  informer: Pick<Informer<T>, 'onEvent'>,
  handler: EventHandler<T, R>,
  predicates: readonly Predicate<T>[],
  context: SourceContext<R>,
  signal: AbortSignal,
): () => void {
  const { lowPriority = lowPriorityDefault } = context
  const events = new HandledEvents(context, signal)
  return informer.onEvent({
    added(object, { initial }) {
      const event = { object, isInInitialList: initial }
      const queued = queuedEvent('create', object, { priority: initial ? lowPriority : undefined })
      events.deliver(queued, (queue, place) => {
        if (!predicates.every((one) => one.create?.(event) ?? true)) return
        return handler.create(event, queue, place)
      })
    },
    updated(oldObject, newObject, { manager } = {}) {
      const event = { oldObject, newObject }
      const isResync = oldObject.metadata.resourceVersion === newObject.metadata.resourceVersion
      const queued = queuedEvent('update', newObject, {
        before: oldObject,
        fieldManager: manager,
        priority: isResync ? lowPriority : undefined,
      })
      events.deliver(queued, (queue, place) => {
        if (!predicates.every((one) => one.update?.(event) ?? true)) return
        return handler.update(event, queue, place)
      })
    },
    deleted(object, { stateUnknown }) {
      const event = { object, deleteStateUnknown: stateUnknown }
      events.deliver(queuedEvent('delete', object), (queue, place) => {
        if (!predicates.every((one) => one.delete?.(event) ?? true)) return
        return handler.delete(event, queue, place)
      })
    },
  })
}
