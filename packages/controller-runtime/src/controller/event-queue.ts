import type { TypedObject } from '@fairlead/kube-core'
import { changedFields } from '../explain/changed-fields.ts'
import type { Trigger } from '../queue/trigger.ts'
import type { AddOptions, Enqueuer } from '../queue/work-queue.ts'
import type { Request } from './reconcile.ts'
import { keyOfRequest, type SourceContext } from './source-context.ts'

/** An event, as far as what it adds to the queue depends on it. */
export interface QueuedEvent {
  readonly verb: string
  readonly object: TypedObject
  /** The version before an update. */
  readonly before: TypedObject | undefined
  /** Who made the update, if that is known. */
  readonly fieldManager: string | undefined
  /** Of what a handler adds without one. */
  readonly priority: number | undefined
}

/** An event with every field, so that all events have one shape. */
export function queuedEvent(
  verb: string,
  object: TypedObject,
  { before, fieldManager, priority }: Partial<Omit<QueuedEvent, 'verb' | 'object'>> = {},
): QueuedEvent {
  return { verb, object, before, fieldManager, priority }
}

/**
 * The queue as the handlers of one event see it: what they add has the event as its reason, unless
 * they give another, and is left out if its own reconcile made the event. There is one for every
 * event, so that it makes nothing that is not needed.
 */
export class EventQueue<R extends object = Request> implements Enqueuer<R> {
  readonly #context: SourceContext<R>
  readonly #event: QueuedEvent
  #trigger: Trigger | undefined

  constructor(context: SourceContext<R>, event: QueuedEvent) {
    this.#context = context
    this.#event = event
  }

  keyOf(request: R): string {
    return keyOfRequest(this.#context, request)
  }

  add(request: R, options?: AddOptions): void {
    const { before, object } = this.#event
    const { queue, ownChanges } = this.#context
    const full = this.#optionsOf(options)
    if (before === undefined || ownChanges === undefined) queue.add(request, full)
    else ownChanges.add(request, before, object, full)
  }

  #optionsOf(options: AddOptions | undefined): AddOptions {
    const priority = this.#event.priority ?? 0
    if (options === undefined) return { priority, reason: this.#reason() }
    return { priority, ...options, reason: options.reason ?? this.#reason() }
  }

  /** Several requests of one event have it in common. */
  #reason(): Trigger {
    return (this.#trigger ??= this.#newTrigger())
  }

  #newTrigger(): Trigger {
    const { verb, object, before, fieldManager } = this.#event
    const { clock, comparing } = this.#context
    const { namespace, name, resourceVersion } = object.metadata
    const isChange = before !== undefined && before !== object
    const fields = isChange ? comparing?.spend(() => changedFields(before, object)) : undefined
    return {
      verb,
      kind: object.kind,
      namespace,
      name,
      resourceVersion,
      changedFields: fields,
      fieldManager,
      atMs: clock.now(),
    }
  }
}
