import type { Logger } from '@fairlead/base'
import type { KubernetesObject, ResourceType, TypedObject } from '@fairlead/kube-core'
import type { Cache } from '../cache/cache.ts'
import type { Client } from '../client/client.ts'
import type { DeepReadonly } from '../deep-readonly.ts'
import type { RecordedEvent } from '../events/recorded-event.ts'
import type { DeclaredObject } from './desired-child.ts'
import type { ObservedChild } from './observed-child.ts'

/** Children of any names. */
export type AnyChildren = Readonly<Record<string, TypedObject>>

/** What is known of each child that was declared: of an object type with their kinds by their names. */
export type ObservedChildren<Children extends object> = {
  readonly [Name in keyof Children]: ObservedChild<Extract<Children[Name], TypedObject>>
}

/** What the functions of an operator are given beside the object. */
export interface OperatorContext<Children extends object = AnyChildren> {
  /** Its writes can be read from the cache immediately. */
  readonly client: Client
  readonly cache: Cache
  /** Adds the controller's name, the object and the reconcileID to every line. */
  readonly log: Logger
  /** Aborts when the operator stops or the reconcile times out: pass it on to every call. */
  readonly signal: AbortSignal
  /** The children that were declared before, as they are now. */
  readonly children: ObservedChildren<Children>
  /** Records an event about the object. */
  readonly event: (recorded: RecordedEvent) => void
}

export interface ChildOptions<
  Owner extends TypedObject,
  Child extends TypedObject,
  Children extends object,
  Name extends string,
> {
  /** Names the child in `after`, in the status and in its label. Defaults to its kind in lower case. */
  readonly name?: Name
  /** Whether the child is wanted at all; if not, its objects are deleted. Always by default. */
  readonly when?: (
    owner: DeepReadonly<Owner>,
    context: OperatorContext<Children>,
  ) => boolean | Promise<boolean>
  /**
   * Children that were declared before: nothing is done about this one until they are ready. Those
   * that are not wanted are not waited for.
   */
  readonly after?: readonly (keyof Children & string)[]
  /** Whether an object of the child is ready. Defaults to what its kind says in its status. */
  readonly ready?: (child: DeepReadonly<Child>) => boolean
  /**
   * Takes fields from other field managers. Defaults to true; otherwise a conflict is an error, told
   * with their names.
   */
  readonly force?: boolean
  /** Takes over an object of that name which is nobody's. Defaults to false. */
  readonly adopt?: boolean
}

/** A child as it is run: of whatever kind. */
export interface ChildDeclaration {
  readonly name: string
  readonly type: ResourceType<KubernetesObject>
  readonly isWanted: (owner: KubernetesObject, context: OperatorContext) => Promise<boolean>
  readonly desired: (
    owner: KubernetesObject,
    context: OperatorContext,
  ) => Promise<readonly DeclaredObject[]>
  readonly after: readonly string[]
  readonly ready: ((child: KubernetesObject) => boolean) | undefined
  readonly force: boolean
  readonly adopt: boolean
}
