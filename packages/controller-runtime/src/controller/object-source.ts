import type { TypedObject } from '@fairlead/kube-core'
import { keyOf, keyText } from '../object-key.ts'
import type { EventHandler } from './event-handler.ts'
import { queuedEvent } from './event-queue.ts'
import { HandledEvents } from './handled-events.ts'
import type { Predicate } from './predicate.ts'
import type { Request } from './reconcile.ts'
import type { Source } from './source.ts'
import type { SourceContext } from './source-context.ts'

/** The limit of distinct objects that wait for a controller to start. */
const pendingLimit = 1024

/**
 * Events from outside the API server that concern objects, such as a push of a cloud about a
 * machine: predicates and handler see each as a `generic` event. Objects that are sent before the
 * controller runs are kept, the last of each name.
 *
 * ```ts
 * const machines = new ObjectSource<Machine>('cloud events', forObject())
 * builder.watchesRaw(machines)
 * cloud.onEvent((event) => machines.send(machineOf(event)))
 * ```
 */
export class ObjectSource<T extends TypedObject, R extends object = Request> implements Source<R> {
  readonly name: string
  readonly #handler: EventHandler<T, R>
  readonly #predicates: readonly Predicate<T>[]
  readonly #pending = new Map<string, T>()
  #events: HandledEvents<R> | undefined

  /** Throws for a handler that takes no generic events. */
  constructor(name: string, handler: EventHandler<T, R>, predicates: readonly Predicate<T>[] = []) {
    if (handler.generic === undefined) {
      throw new Error(`the handler of the source ${name} needs a method generic(event, queue)`)
    }
    this.name = name
    this.#handler = handler
    this.#predicates = predicates
  }

  /** Throws if 1024 other objects already wait for the controller to start. */
  send(object: T): void {
    if (this.#events !== undefined) return this.#deliver(this.#events, object)
    const key = `${object.kind} ${keyText(keyOf(object))}`
    if (this.#pending.size >= pendingLimit && !this.#pending.has(key)) {
      throw new Error(`the source ${this.name} holds ${pendingLimit} objects: start its controller`)
    }
    this.#pending.set(key, object)
  }

  start(context: SourceContext<R>, signal: AbortSignal): Promise<void> {
    this.#events = new HandledEvents(context, signal)
    signal.addEventListener('abort', () => (this.#events = undefined), { once: true })
    for (const object of this.#pending.values()) this.send(object)
    this.#pending.clear()
    return Promise.resolve()
  }

  #deliver(events: HandledEvents<R>, object: T): void {
    events.deliver(queuedEvent('generic', object), (queue, context) => {
      if (!this.#predicates.every((one) => one.generic?.({ object }) ?? true)) return
      return this.#handler.generic?.({ object }, queue, context)
    })
  }
}
