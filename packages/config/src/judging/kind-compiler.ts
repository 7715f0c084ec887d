import type { DefinedResource, ResourceType, TypedObject } from '@fairlead/kube-core'
import type { Capabilities, Snapshot } from '@fairlead/snapshot'
import type { PlannedCondition, Refusal } from './conditions.ts'
import type { Findings } from './findings.ts'
import type { Judged } from './judged.ts'
import type { PolicyAttachment } from './policy-attachment.ts'
import type { UnsupportedField } from './unsupported-fields.ts'

/**
 * Everything that configuration has to know of one kind. `compile`, the conditions, what is watched
 * and the documentation fold over a list of these, so that a kind is one folder and one line in it.
 */
export interface KindCompiler<R extends TypedObject = TypedObject, S = unknown> {
  readonly type: DefinedResource<R>
  /** Kinds that a resource may refer to; they are compiled first, and `Findings.resolve` knows no others. */
  readonly references: readonly ResourceType[]
  /** What a snapshot holds of a resource; undefined when it cannot be used. */
  compile(resource: R, findings: Findings, capabilities: Capabilities): S | undefined
  /** What is accepted although it is not implemented. Defaults to nothing. */
  unsupportedFields?(capabilities: Capabilities): readonly UnsupportedField[]
  /** Conditions beside Accepted and ResolvedRefs, those that replicas' reports decide included. */
  readonly conditionTypes?: readonly ConditionType[]
  /** The values of those conditions that do not depend on replicas' reports. */
  conditions?(judged: Judged<R, S>, outcome: Outcome): readonly PlannedCondition[]
  /** Further fields of the status. */
  statusFields?(judged: Judged<R, S>): Readonly<Record<string, unknown>>
  /**
   * The gateways that a resource names. A kind without this, and without an attachment, belongs to
   * every gateway that allows the resource's namespace.
   */
  gatewayRefs?(resource: R): readonly GatewayRef[]
  /**
   * How a kind of policy is attached: it belongs to each gateway that is one of its targets or serves
   * one, and has there only these targets. Nothing refers to such a kind, and it needs nothing.
   */
  readonly attachment?: PolicyAttachment<R, S>
  /** What a resource wants for itself alone on a gateway. Defaults to nothing. */
  readonly claims?: Claims<S>
  /**
   * What of the members, in the order of their keys, never takes effect on a gateway because of
   * others: what to say of it, by `namespace/name`. Defaults to nothing.
   */
  shadowed?(members: readonly Member<R, S>[]): ReadonlyMap<string, string>
  /**
   * What a gateway needs to serve these settings, whichever namespace it is in: only what
   * `Findings.resolve` has resolved. Defaults to nothing.
   */
  needs?(settings: S): readonly Need[]
  /**
   * What is said of a resource that nothing needs on any of the gateways that serve it; continues
   * "Accepted, but ". Defaults to nothing.
   */
  readonly unneeded?: string
  /** The models that a gateway calls for a resource, with the fields that name them. Defaults to none. */
  models?(settings: S): readonly NamedModel[]
  /** Its fields of one gateway's snapshot, from the members in the order of their keys. */
  contribute(members: readonly Member<R, S>[]): SnapshotPart
}

/** A condition type with its reasons by status, as the documentation lists them. */
export interface ConditionType {
  readonly type: string
  readonly reasons: Readonly<Partial<Record<PlannedCondition['status'], readonly string[]>>>
}

/** What came of a resource on the gateways that serve it. */
export interface Outcome {
  /** Lost claims, each with gateway and winner. */
  readonly conflicts: readonly string[]
  /** Why no gateway serves it at all. */
  readonly refusal: Refusal | undefined
  readonly capabilities: Capabilities
}

export interface GatewayRef {
  readonly namespace?: string
  readonly name: string
}

/** A model as callers name it. */
export interface NamedModel {
  readonly path: string
  readonly model: string
}

/** A resource of another kind, by its `namespace/name`. */
export interface Need {
  readonly type: ResourceType
  readonly key: string
}

/** A usable resource of one gateway, without what it lost there. */
export interface Member<R extends TypedObject = TypedObject, S = unknown> {
  readonly resource: R
  readonly key: string
  readonly settings: S
}

/**
 * Things that one resource of a gateway can have, such as a path or an API key. The older resource
 * wins, then the one with the lower namespace/name; the other is served without it.
 */
export interface Claims<S> {
  of(settings: S): readonly Claim[]
  /** The settings without the claims to these subjects; undefined when nothing is left of them. */
  without(settings: S, subjects: ReadonlySet<string>): S | undefined
  /** Why nobody may have a subject; undefined when somebody may. Defaults to nothing reserved. */
  reserved?(subject: string, capabilities: Capabilities): string | undefined
  /**
   * What the loser is told. `winner` names the winning resource and says why it won; `winning` is its
   * claim to the same subject.
   */
  describeLoss(claim: Claim, winner: string, winning: Claim): string
  /** Whether a lost claim makes `Accepted` False with reason Conflicted. */
  readonly refuses: boolean
}

export interface Claim {
  /** Equal subjects are the same thing. */
  readonly subject: string
  /** What the resource calls it, for messages. */
  readonly name: string
}

export type SnapshotPart = Partial<Omit<Snapshot, 'hash'>>
