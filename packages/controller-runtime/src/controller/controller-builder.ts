import type { ResourceType, TypedObject } from '@fairlead/kube-core'
import type { rbacV1 } from '@fairlead/kube-types'
import type { DeepReadonly } from '../deep-readonly.ts'
import { ruleFor, type Verb } from '../policy-rules.ts'
import type { Runnable } from '../runnable.ts'
import { Controller } from './controller.ts'
import type { ControllerOptions } from './controller-options.ts'
import { forObject, forOwner, fromMapFunction } from './event-handler.ts'
import type { EventHandler, ForOwnerOptions, MapToRequests } from './event-handler.ts'
import type { Predicate } from './predicate.ts'
import type { Reconcile, Request, RequestOf } from './reconcile.ts'
import { kindSource } from './kind-source.ts'
import type { KindSourceOptions } from './kind-source.ts'
import type { Source } from './source.ts'

export interface WatchConditions<T extends TypedObject> extends Pick<KindSourceOptions, 'cluster'> {
  /** An event must pass all of them. */
  readonly predicates?: readonly Predicate<T>[]
}

type SourceFactory<K extends object> = (global: readonly Predicate[]) => Source<K>

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
export class ControllerBuilder<K extends object = Request> {
  readonly #manager: { add(runnable: Runnable): void } | undefined
  readonly #sources: SourceFactory<K>[] = []
  readonly #predicates: Predicate[] = []
  readonly #needs: rbacV1.PolicyRule[] = []
  #for: ResourceType | undefined
  #keyOf: ((request: K) => string) | undefined
  #name: string | undefined
  #options: ControllerOptions = {}

  /** With a manager, `build` adds the controller to it. */
  constructor(manager?: { add(runnable: Runnable): void }) {
    this.#manager = manager
  }

  /**
   * Requests of the operator's own type instead of names of objects, such as one for all objects
   * of a team: frozen values, of which two with the same key are the same. Every source must then
   * say what it requests, so `for` and `owns` throw. Call it before anything else:
   * `withRequests<Team>(({ team }) => team).named('teams').watches(Website, teamsOf)`.
   */
  withRequests<R extends object>(keyOf: (request: R) => string): ControllerBuilder<R> {
    if (this.#sources.length > 0) throw new Error('withRequests() must come before all sources')
    const builder = this as unknown as ControllerBuilder<R>
    builder.#keyOf = keyOf
    return builder
  }

  /** The kind that is reconciled: its events enqueue the object itself. At most once. */
  for<T extends TypedObject>(
    type: ResourceType<T>,
    conditions: WatchConditions<DeepReadonly<NoInfer<T>>> = {},
  ): ControllerBuilder<RequestOf<T>> {
    if (this.#for !== undefined) {
      throw new Error('for() may only be called once, could not assign multiple types')
    }
    if (this.#keyOf !== undefined)
      throw new Error('for() makes names, not the requests of withRequests()')
    this.#for = type
    // From here on the requests are known to be for this kind.
    const builder = this as unknown as ControllerBuilder<RequestOf<T>>
    const handler = forObject<DeepReadonly<T>>() as EventHandler<DeepReadonly<T>, RequestOf<T>>
    return builder.#addKind(type, handler, conditions)
  }

  /** A kind controlled by the reconciled objects: its events enqueue the owner. */
  owns<T extends TypedObject>(
    type: ResourceType<T>,
    conditions: WatchConditions<DeepReadonly<NoInfer<T>>> & ForOwnerOptions = {},
  ): this {
    const owner = this.#for
    if (owner === undefined) throw new Error('owns() can only be used together with for()')
    const handler = forOwner<DeepReadonly<T>>(owner, conditions) as unknown
    return this.#addKind(type, handler as EventHandler<DeepReadonly<T>, K>, conditions)
  }

  /** Any other kind: a function, which may be async, or a handler maps its events to requests. */
  watches<T extends TypedObject>(
    type: ResourceType<T>,
    requests:
      MapToRequests<DeepReadonly<NoInfer<T>>, K> | EventHandler<DeepReadonly<NoInfer<T>>, K>,
    conditions: WatchConditions<DeepReadonly<NoInfer<T>>> = {},
  ): this {
    const handler = typeof requests === 'function' ? fromMapFunction(requests) : requests
    return this.#addKind(type, handler, conditions)
  }

  /** Requests that do not come from Kubernetes. */
  watchesRaw(source: Source<K>): this {
    this.#sources.push(() => source)
    return this
  }

  /**
   * What the reconciler does with a kind, or with a subresource of it, beside reading what is
   * watched: permissions in `description.rules`, from which manifests are made. They enforce nothing.
   */
  needs<T extends TypedObject>(
    type: ResourceType<T>,
    verbs: readonly Verb[],
    subresource?: string,
  ): this {
    return this.needsRules([ruleFor(type, verbs, subresource)])
  }

  /** The same as rules, for what is not a kind. */
  needsRules(rules: readonly rbacV1.PolicyRule[]): this {
    this.#needs.push(...rules)
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

  build(reconcile: Reconcile<K>): Controller {
    if (this.#sources.length === 0) {
      throw new Error('there are no watches configured, controller will never get triggered')
    }
    const name = this.#name ?? this.#for?.kind.toLowerCase()
    if (name === undefined) throw new Error('a controller without for() needs a name: named(...)')
    // A controller hands requests on, and looks at them by `keyOf` alone.
    const sources = this.#sources.map((make) => make(this.#predicates) as unknown as Source)
    const keyOf = this.#keyOf as ((request: Request) => string) | undefined
    const controller = new Controller(
      name,
      sources,
      reconcile as unknown as Reconcile,
      this.#options,
      {
        ...(this.#for && { type: this.#for }),
        ...(keyOf && { keyOf }),
        needs: [...this.#needs],
      },
    )
    this.#manager?.add(controller)
    return controller
  }

  #addKind<T extends TypedObject>(
    type: ResourceType<T>,
    handler: EventHandler<DeepReadonly<T>, K>,
    { predicates = [], ...options }: WatchConditions<DeepReadonly<T>>,
  ): this {
    const { cluster } = options
    this.#sources.push((global) =>
      kindSource(
        type,
        handler,
        [...global, ...predicates],
        cluster === undefined ? {} : { cluster },
      ),
    )
    return this
  }
}

/** A builder whose `build` adds the controller to the manager. */
export function controllerBuilder(manager?: { add(runnable: Runnable): void }): ControllerBuilder {
  return new ControllerBuilder(manager)
}
