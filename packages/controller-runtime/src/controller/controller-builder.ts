import type { KubernetesObject, ResourceType } from '@fairlead/kube-core'
import type { Runnable } from '../runnable.ts'
import { Controller } from './controller.ts'
import type { ControllerOptions } from './controller-options.ts'
import { forObject, forOwner, fromMapFunction } from './event-handler.ts'
import type { EventHandler, ForOwnerOptions, MapToRequests } from './event-handler.ts'
import type { Predicate } from './predicate.ts'
import type { Reconcile } from './reconcile.ts'
import { kindSource } from './source.ts'
import type { Source } from './source.ts'

export interface WatchConditions<T extends KubernetesObject> {
  /** An event must pass all of them. */
  readonly predicates?: readonly Predicate<T>[]
}

type SourceFactory = (global: readonly Predicate[]) => Source

/**
 * Declares what a controller watches and what it does.
 *
 * ```ts
 * const controller = new ControllerBuilder()
 *   .for(Website, { predicates: [generationChanged] })
 *   .owns(ConfigMap)
 *   .watches(Secret, (secret) => websitesUsing(secret))
 *   .build(reconcileWebsite)
 * manager.add(controller)
 * ```
 */
export class ControllerBuilder {
  readonly #manager: { add(runnable: Runnable): void } | undefined
  readonly #sources: SourceFactory[] = []
  readonly #predicates: Predicate[] = []
  #for: ResourceType | undefined
  #name: string | undefined
  #options: ControllerOptions = {}

  /** With a manager, `build` adds the controller to it. */
  constructor(manager?: { add(runnable: Runnable): void }) {
    this.#manager = manager
  }

  /** The kind that is reconciled: its events enqueue the object itself. At most once. */
  for<T extends KubernetesObject>(
    type: ResourceType<T>,
    conditions: WatchConditions<T> = {},
  ): this {
    if (this.#for !== undefined) {
      throw new Error('for() may only be called once, could not assign multiple types')
    }
    this.#for = type
    return this.#addKind(type, forObject<T>(), conditions)
  }

  /** A kind controlled by the reconciled objects: its events enqueue the owner. */
  owns<T extends KubernetesObject>(
    type: ResourceType<T>,
    conditions: WatchConditions<T> & ForOwnerOptions = {},
  ): this {
    const owner = this.#for
    if (owner === undefined) throw new Error('owns() can only be used together with for()')
    return this.#addKind(type, forOwner<T>(owner, conditions), conditions)
  }

  /** Any other kind: a function or a handler maps its events to requests. */
  watches<T extends KubernetesObject>(
    type: ResourceType<T>,
    requests: MapToRequests<T> | EventHandler<T>,
    conditions: WatchConditions<T> = {},
  ): this {
    const handler = typeof requests === 'function' ? fromMapFunction(requests) : requests
    return this.#addKind(type, handler, conditions)
  }

  /** Requests that do not come from Kubernetes. */
  watchesRaw(source: Source): this {
    this.#sources.push(() => source)
    return this
  }

  /** Filters the events of every watched kind, not only that of `for`. */
  withEventFilter(predicate: Predicate): this {
    this.#predicates.push(predicate)
    return this
  }

  /** The controller's name in logs and metrics. Defaults to the kind of `for` in lower case. */
  named(name: string): this {
    this.#name = name
    return this
  }

  withOptions(options: ControllerOptions): this {
    this.#options = { ...this.#options, ...options }
    return this
  }

  build(reconcile: Reconcile): Controller {
    if (this.#sources.length === 0) {
      throw new Error('there are no watches configured, controller will never get triggered')
    }
    const name = this.#name ?? this.#for?.kind.toLowerCase()
    if (name === undefined) throw new Error('a controller without for() needs a name: named(...)')
    const sources = this.#sources.map((make) => make(this.#predicates))
    const groupKind = this.#for === undefined ? undefined : groupKindOf(this.#for)
    const controller = new Controller(name, sources, reconcile, this.#options, groupKind)
    this.#manager?.add(controller)
    return controller
  }

  #addKind<T extends KubernetesObject>(
    type: ResourceType<T>,
    handler: EventHandler<T>,
    { predicates = [] }: WatchConditions<T>,
  ): this {
    this.#sources.push((global) => kindSource(type, handler, [...global, ...predicates]))
    return this
  }
}

function groupKindOf({ kind, group }: ResourceType): string {
  return group === '' ? kind : `${kind}.${group}`
}

/** A builder whose `build` adds the controller to the manager. */
export function controllerBuilder(manager?: { add(runnable: Runnable): void }): ControllerBuilder {
  return new ControllerBuilder(manager)
}
