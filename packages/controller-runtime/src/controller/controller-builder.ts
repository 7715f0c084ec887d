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
import { kindSource } from './source.ts'
import type { KindSourceOptions, Source } from './source.ts'

export interface WatchConditions<T extends TypedObject> extends Pick<KindSourceOptions, 'cluster'> {
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
export class ControllerBuilder<K extends Request = Request> {
  readonly #manager: { add(runnable: Runnable): void } | undefined
  readonly #sources: SourceFactory[] = []
  readonly #predicates: Predicate[] = []
  readonly #needs: rbacV1.PolicyRule[] = []
  #for: ResourceType | undefined
  #name: string | undefined
  #options: ControllerOptions = {}

  /** With a manager, `build` adds the controller to it. */
  constructor(manager?: { add(runnable: Runnable): void }) {
    this.#manager = manager
  }

  /** The kind that is reconciled: its events enqueue the object itself. At most once. */
  for<T extends TypedObject>(
    type: ResourceType<T>,
    conditions: WatchConditions<DeepReadonly<NoInfer<T>>> = {},
  ): ControllerBuilder<RequestOf<T>> {
    if (this.#for !== undefined) {
      throw new Error('for() may only be called once, could not assign multiple types')
    }
    this.#for = type
    this.#addKind(type, forObject<DeepReadonly<T>>(), conditions)
    // From here on the requests are known to be for this kind.
    return this as unknown as ControllerBuilder<RequestOf<T>>
  }

  /** A kind controlled by the reconciled objects: its events enqueue the owner. */
  owns<T extends TypedObject>(
    type: ResourceType<T>,
    conditions: WatchConditions<DeepReadonly<NoInfer<T>>> & ForOwnerOptions = {},
  ): this {
    const owner = this.#for
    if (owner === undefined) throw new Error('owns() can only be used together with for()')
    return this.#addKind(type, forOwner<DeepReadonly<T>>(owner, conditions), conditions)
  }

  /** Any other kind: a function or a handler maps its events to requests. */
  watches<T extends TypedObject>(
    type: ResourceType<T>,
    requests: MapToRequests<DeepReadonly<NoInfer<T>>, K> | EventHandler<DeepReadonly<NoInfer<T>>>,
    conditions: WatchConditions<DeepReadonly<NoInfer<T>>> = {},
  ): this {
    const handler = typeof requests === 'function' ? fromMapFunction(requests) : requests
    return this.#addKind(type, handler, conditions)
  }

  /** Requests that do not come from Kubernetes. */
  watchesRaw(source: Source): this {
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
    const sources = this.#sources.map((make) => make(this.#predicates))
    const controller = new Controller(name, sources, reconcile as Reconcile, this.#options, {
      ...(this.#for && { type: this.#for }),
      needs: [...this.#needs],
    })
    this.#manager?.add(controller)
    return controller
  }

  #addKind<T extends TypedObject>(
    type: ResourceType<T>,
    handler: EventHandler<DeepReadonly<T>>,
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
