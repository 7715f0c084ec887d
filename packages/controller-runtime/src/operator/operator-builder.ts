import { isJsonObject } from '@fairlead/base'
import { untyped } from '@fairlead/kube-core'
import type {
  KubernetesObject,
  ResourceType,
  StructuralSchema,
  TypedObject,
} from '@fairlead/kube-core'
import type { rbacV1 } from '@fairlead/kube-types'
import { ControllerBuilder, type WatchConditions } from '../controller/controller-builder.ts'
import type { Controller } from '../controller/controller.ts'
import type { ControllerOptions } from '../controller/controller-options.ts'
import type { MapToRequests } from '../controller/event-handler.ts'
import type { RequestOf, Result } from '../controller/reconcile.ts'
import type { Source } from '../controller/source.ts'
import type { DeepReadonly } from '../deep-readonly.ts'
import { ruleFor, type Verb } from '../policy-rules.ts'
import type { Manager } from '../manager/manager.ts'
import type { KeyOf } from '../object-key.ts'
import { AppliedObjects } from './applied-objects.ts'
import type { ChildDeclaration, ChildOptions, OperatorContext } from './child-declaration.ts'
import { childLabelValue } from './child-identity.ts'
import type { ChildOf } from './child-of.ts'
import { childrenFinalizer, deleteLastChildren, kindsOf } from './delete-children.ts'
import type { DeclaredObject } from './desired-child.ts'
import { operatorNeeds } from './operator-needs.ts'
import type {
  FinalizerDeclaration,
  OperatorDeclaration,
  OwnerState,
} from './operator-declaration.ts'
import { hasField } from './owner-status.ts'
import { indexByController } from './owner-objects.ts'
import { planOperator, type PlannedAction } from './plan-operator.ts'
import { reconcileOwner } from './reconcile-owner.ts'
import type { StatusOf } from './status-of.ts'

/** Which events of a kind matter; what an operator makes is where its owners are. */
type EventConditions<T extends TypedObject> = Pick<WatchConditions<DeepReadonly<T>>, 'predicates'>

type Awaitable<T> = T | Promise<T>

/** Several objects of one child: by a key, which ends their default names, or each with its name. */
type ManyOf<T extends TypedObject> =
  | Readonly<Record<string, ChildOf<T>>>
  | readonly (ChildOf<T> & { readonly metadata: { readonly name: string } })[]

export interface OperatorOptions {
  /** Who owns the fields of children and of the status. Defaults to the controller's name. */
  readonly fieldManager?: string
  /**
   * Deletes the children of a deleted object in the reverse order of their declaration, each when
   * those after it have gone, and keeps the object until then by a finalizer. By default the garbage
   * collector deletes them, in no order, once the object is gone.
   */
  readonly orderedDeletion?: boolean
}

/** A controller that was declared as an operator. */
export interface Operator<Owner extends TypedObject = TypedObject> extends Controller {
  /** What its ServiceAccount must be allowed for what was declared. */
  readonly rules: readonly rbacV1.PolicyRule[]
  /**
   * What it would do about the children of an object, which has a uid, if there were these objects
   * beside it: for tests of what is desired, and to look before something is changed. Nothing is
   * done, and no server is asked, unless by the author's functions.
   */
  readonly plan: (
    owner: DeepReadonly<Owner>,
    objects: readonly DeepReadonly<TypedObject>[],
  ) => Promise<readonly PlannedAction[]>
}

/**
 * Declares an operator by what belongs to an object, instead of by a function that makes it so.
 *
 * ```ts
 * operator(manager)
 *   .for(Database)
 *   .finalizer('databases.example.com/backup', (database, { signal }) => backUp(database, signal))
 *   .child(Secret, (database) => ({ stringData: credentials(database) }), { name: 'credentials' })
 *   .child(StatefulSet, (database) => ({ spec: podsOf(database) }), { after: ['credentials'] })
 *   .status((database, { children }) => ({
 *     readyReplicas: children.statefulset.object?.status?.readyReplicas ?? 0,
 *   }))
 *   .build()
 * ```
 *
 * At every change of the object or of a child, each child is brought to what its function returns, by
 * server-side apply under the operator's field manager, with the object as its controller. What is as
 * desired causes no request, what others change is repaired, and what is no longer desired is
 * deleted, if the object controls it and the operator has made it.
 */
export class OperatorBuilder<Owner extends TypedObject, Children extends object = object> {
  readonly #manager: Manager
  readonly #type: ResourceType<Owner>
  readonly #conditions: EventConditions<Owner>
  readonly #children: ChildDeclaration[] = []
  readonly #finalizers: FinalizerDeclaration[] = []
  readonly #watches: ((builder: ControllerBuilder<KeyOf<Owner>>) => void)[] = []
  readonly #needs: rbacV1.PolicyRule[] = []
  #name: string | undefined
  #options: ControllerOptions = {}
  #reconcile: OperatorDeclaration['reconcile']
  #status: OperatorDeclaration['status']
  #everyMs: number | undefined

  constructor(
    manager: Manager,
    type: ResourceType<Owner>,
    conditions: EventConditions<Owner> = {},
  ) {
    this.#manager = manager
    this.#type = type
    this.#conditions = conditions
  }

  /**
   * A finalizer, which is added before anything is made for an object, and the cleanup that it stands
   * for. When the object is to be deleted, cleanups run with the last declared first; one that returns
   * `requeueAfterMs` is called again then, one that throws with backoff, and when it returns otherwise
   * its finalizer is removed. A cleanup may be called again after it was done.
   */
  finalizer(
    finalizer: string,
    cleanUp: (
      owner: DeepReadonly<Owner>,
      context: OperatorContext<Children>,
    ) => Awaitable<Result | void>,
  ): this {
    if (!finalizer.includes('/')) {
      throw new TypeError(`the finalizer ${finalizer} needs a domain: example.com/${finalizer}`)
    }
    if (this.#finalizers.some((one) => one.finalizer === finalizer)) {
      throw new TypeError(`the finalizer ${finalizer} is declared twice`)
    }
    this.#finalizers.push({
      finalizer,
      async cleanUp({ owner, context }) {
        const result = (await cleanUp(typed(owner), typed(context))) ?? {}
        return { isDone: result.requeueAfterMs === undefined, result }
      },
    })
    return this
  }

  /**
   * A child: what the function returns exists, and is kept so. Without a return value there is none.
   * Children are reconciled in the order of their declaration.
   */
  child<Child extends TypedObject, const Name extends string = Lowercase<Child['kind']>>(
    type: ResourceType<Child>,
    desired: (
      owner: DeepReadonly<Owner>,
      context: OperatorContext<Children>,
    ) => Awaitable<ChildOf<NoInfer<Child>> | undefined>,
    options: ChildOptions<Owner, NoInfer<Child>, Children, Name> = {},
  ): OperatorBuilder<Owner, Children & Readonly<Record<Name, Child>>> {
    return this.#declare(type, options, async (owner, context) => {
      const object = await desired(owner, context)
      return object === undefined ? [] : [{ object }]
    })
  }

  /**
   * Any number of objects of a kind: a record, whose keys end their default names
   * (`<owner>-<child>-<key>`), or a list of objects with names. Those that are not in it any more are
   * deleted.
   */
  children<Child extends TypedObject, const Name extends string = Lowercase<Child['kind']>>(
    type: ResourceType<Child>,
    desired: (
      owner: DeepReadonly<Owner>,
      context: OperatorContext<Children>,
    ) => Awaitable<ManyOf<NoInfer<Child>>>,
    options: ChildOptions<Owner, NoInfer<Child>, Children, Name> = {},
  ): OperatorBuilder<Owner, Children & Readonly<Record<Name, Child>>> {
    return this.#declare(type, options, async (owner, context) =>
      declaredObjects(await desired(owner, context)),
    )
  }

  /** Objects that the owner controls and that are no children, such as those of a finalizer. */
  owns<T extends TypedObject>(
    type: ResourceType<T>,
    conditions: EventConditions<NoInfer<T>> = {},
  ): this {
    this.#watches.push((builder) => builder.owns(type, conditions))
    return this
  }

  /** Any other kind: a function maps its objects to the owners that they concern. */
  watches<T extends TypedObject>(
    type: ResourceType<T>,
    requests: MapToRequests<DeepReadonly<NoInfer<T>>, KeyOf<Owner>>,
    conditions: EventConditions<NoInfer<T>> = {},
  ): this {
    this.#watches.push((builder) => builder.watches(type, requests, conditions))
    return this
  }

  /** Requests that do not come from Kubernetes. */
  watchesRaw(source: Source): this {
    this.#watches.push((builder) => builder.watchesRaw(source))
    return this
  }

  /**
   * What the functions do with a kind, or with a subresource of it, by the client: permissions that
   * are added to `rules`. They enforce nothing.
   */
  needs<T extends TypedObject>(
    type: ResourceType<T>,
    verbs: readonly Verb[],
    subresource?: string,
  ): this {
    this.#needs.push(ruleFor(type, verbs, subresource))
    return this
  }

  /** What cannot be declared: called after the children were reconciled, before the status is made. */
  reconcile(
    reconcile: (
      owner: DeepReadonly<Owner>,
      context: OperatorContext<Children>,
    ) => Awaitable<Result | void>,
  ): this {
    if (this.#reconcile !== undefined) throw new Error('reconcile() may only be called once')
    this.#reconcile = async (owner, context) => reconcile(typed(owner), typed(context))
    return this
  }

  /**
   * The status, from the object and its children; written when it differs. `observedGeneration` and
   * the conditions `Ready`, `Progressing` and `Degraded` are added, unless the function returns them,
   * or the kind's schema has no such fields. Without a function they are the whole status.
   */
  status(
    status: (owner: DeepReadonly<Owner>, state: OwnerState<Children>) => Awaitable<StatusOf<Owner>>,
  ): this {
    if (this.#status !== undefined) throw new Error('status() may only be called once')
    this.#status = async (owner, state) => status(typed(owner), typed(state))
    return this
  }

  /** Reconciles every object again after this long, even if nothing changes. Never by default. */
  every(intervalMs: number): this {
    if (!(intervalMs > 0)) throw new RangeError(`every() needs a time above 0, not ${intervalMs}`)
    this.#everyMs = intervalMs
    return this
  }

  /**
   * The controller's name in logs, metrics and the labels of children, which are left behind if it
   * changes. Defaults to the owner's kind in lower case.
   */
  named(name: string): this {
    this.#name = name
    return this
  }

  withOptions(options: ControllerOptions): this {
    this.#options = { ...this.#options, ...options }
    return this
  }

  /** Adds the controller to the manager. Throws a TypeError if a child cannot be labelled. */
  build({ fieldManager, orderedDeletion = false }: OperatorOptions = {}): Operator<Owner> {
    const controller = this.#name ?? this.#type.kind.toLowerCase()
    for (const { name } of this.#children) childLabelValue(controller, name)
    const declaration: OperatorDeclaration = {
      controller,
      fieldManager: fieldManager ?? controller,
      ownerType: untyped(this.#type),
      schema: (this.#type as { schema?: StructuralSchema }).schema,
      // Declared first, so that it is the last to be removed.
      finalizers: [...(orderedDeletion ? [this.#orderedDeletion()] : []), ...this.#finalizers],
      children: [...this.#children],
      reconcile: this.#reconcile,
      status: this.#status,
      everyMs: this.#everyMs,
    }
    const built = this.#controllerBuilder(declaration)
      .needsRules([...this.#ownNeeds(declaration), ...this.#needs])
      .build(this.#reconciler(declaration))
    const environment = this.#manager
    const plan: Operator<Owner>['plan'] = (owner, objects) =>
      planOperator(declaration, environment, typed(owner), typed(objects))
    return Object.assign(built, { rules: built.description.rules, plan })
  }

  #declare<Child extends TypedObject, Name extends string>(
    type: ResourceType<Child>,
    options: ChildOptions<Owner, Child, Children, Name>,
    desired: (
      owner: DeepReadonly<Owner>,
      context: OperatorContext<Children>,
    ) => Promise<readonly DeclaredObject[]>,
  ): OperatorBuilder<Owner, Children & Readonly<Record<Name, Child>>> {
    const { name = type.kind.toLowerCase(), when, after = [], ready } = options
    const { force = true, adopt = false } = options
    this.#checkChild(name, type, after)
    this.#children.push({
      name,
      type: untyped(type),
      isWanted: async (owner, context) => (await when?.(typed(owner), typed(context))) ?? true,
      desired: (owner, context) => desired(typed(owner), typed(context)),
      after,
      ready: ready && ((child) => ready(typed(child))),
      force,
      adopt,
    })
    // From here on the child is known.
    return this as unknown as OperatorBuilder<Owner, Children & Readonly<Record<Name, Child>>>
  }

  #checkChild(name: string, type: ResourceType, after: readonly string[]): void {
    const owner = this.#type
    const known = new Set(this.#children.map((child) => child.name))
    if (known.has(name)) {
      throw new TypeError(`the child ${name} is declared twice: give one another \`name\``)
    }
    const missing = after.find((one) => !known.has(one))
    if (missing !== undefined) {
      throw new TypeError(
        `the child ${name} comes after ${missing}, which is not declared before it: children can ` +
          'only wait for those declared above them, so that they never wait for each other',
      )
    }
    if (owner.namespaced && !type.namespaced) {
      throw new TypeError(
        `a ${type.kind} is in no namespace and cannot be owned by a ${owner.kind}, which is in one: ` +
          'make it in reconcile(), and delete it in a finalizer()',
      )
    }
  }

  #orderedDeletion(): FinalizerDeclaration {
    const children = this.#children
    return {
      finalizer: childrenFinalizer,
      async cleanUp(run) {
        const waitsFor = await deleteLastChildren(children, run)
        if (waitsFor !== undefined) run.context.log.debug({ waitsFor }, 'deleting the children')
        return { isDone: waitsFor === undefined, result: {} }
      },
    }
  }

  #controllerBuilder(declaration: OperatorDeclaration): ControllerBuilder<RequestOf<Owner>> {
    const { controller, children } = declaration
    const builder = new ControllerBuilder(this.#manager)
      .for(this.#type, this.#conditions)
      .named(controller)
      .withOptions(this.#options)
    for (const type of kindsOf(children)) {
      builder.owns(type).watchesRaw({
        name: `the index of ${type.kind}`,
        async start({ cache }) {
          indexByController(cache, type, controller)
        },
      })
    }
    // Operators watch in their own cluster, where a request is a key.
    const ofKeys = builder as unknown as ControllerBuilder<KeyOf<Owner>>
    for (const watch of this.#watches) watch(ofKeys)
    return builder
  }

  #reconciler(declaration: OperatorDeclaration) {
    const manager = this.#manager
    const { client, cache, clock } = manager
    const recorder = manager.eventRecorder(declaration.controller)
    const environment = { client, cache, clock, recorder, applied: new AppliedObjects(clock) }
    return (request: KeyOf<Owner>, context: Parameters<typeof reconcileOwner>[3]) =>
      reconcileOwner(declaration, environment, request, context)
  }

  #ownNeeds({ finalizers, children, status, schema }: OperatorDeclaration) {
    return operatorNeeds({
      owner: this.#type,
      writesFinalizers: finalizers.length > 0,
      writesStatus:
        status !== undefined || (schema !== undefined && hasField(schema, 'conditions')),
      children: kindsOf(children),
    })
  }
}

/** Begins the declaration of an operator that runs on the manager. */
export function operator(manager: Manager) {
  return {
    /** The kind whose objects are reconciled. */
    for<Owner extends TypedObject>(
      type: ResourceType<Owner>,
      conditions: EventConditions<NoInfer<Owner>> = {},
    ): OperatorBuilder<Owner> {
      return new OperatorBuilder(manager, type, conditions)
    },
  }
}

function declaredObjects(
  objects: Readonly<Record<string, object>> | readonly object[],
): readonly DeclaredObject[] {
  if (Array.isArray(objects)) return objects.map((object) => ({ object: named(object) }))
  return Object.entries(objects).map(([key, object]) => ({
    key,
    object: object as KubernetesObject,
  }))
}

/** Two objects of a list without names would be one. */
function named(object: unknown): DeclaredObject['object'] {
  const metadata = isJsonObject(object) ? object['metadata'] : undefined
  if (isJsonObject(metadata) && typeof metadata['name'] === 'string')
    return object as KubernetesObject
  throw new TypeError('an object of a list of children has no metadata.name')
}

/** What runs an operator knows nothing of its kinds, which its declaration holds together. */
function typed<T>(value: unknown): T {
  return value as T
}
