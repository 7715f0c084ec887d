import type { PolicyTargetReference } from '@fairlead/api'
import type { Snapshot } from '@fairlead/snapshot'
import type { PlannedCondition } from './judging/conditions.ts'
import type { NamedSecret } from './judging/findings.ts'
import type { GatewayRef } from './judging/kind-compiler.ts'
import type { Notice } from './judging/notices.ts'

/** The status that one resource should carry, without times: the writer keeps those. */
export interface ResourceConditions {
  readonly kind: string
  readonly namespace: string
  readonly name: string
  readonly generation: number
  readonly conditions: readonly PlannedCondition[]
  /** What `Accepted` tells its author if it is accepted, each by itself. */
  readonly notices?: readonly Notice[]
  /** Kinds that name their gateways only: the conditions at each of them. */
  readonly gateways?: readonly {
    readonly gatewayRef: GatewayRef
    readonly controllerName: string
    readonly conditions: readonly PlannedCondition[]
  }[]
  /** Kinds of policies only: what holds at each target. */
  readonly targets?: readonly PlannedTarget[]
  /** That it has no shape of its kind: these are all of its conditions, and its spec cannot be read. */
  readonly isUnfit?: boolean
  /** Of a policy: that it decides and refuses nothing. */
  readonly isShadow?: boolean
  /** The Secrets' keys that it names; whether they are there, only who may read Secrets knows. */
  readonly secrets?: readonly NamedSecret[]
  /** Further fields of the status, written as they are, such as a PromptTemplate's `activeVersions`. */
  readonly statusFields?: Readonly<Record<string, unknown>>
}

/** A policy at one of its targets, in the order of `spec.targetRefs`. */
export interface PlannedTarget {
  readonly targetRef: PolicyTargetReference
  /** The `namespace/name` of the LLMGateways that have to enforce it there; empty if not accepted. */
  readonly gateways: readonly string[]
  /** Accepted; others add what replicas' reports decide. */
  readonly conditions: readonly PlannedCondition[]
}

export interface CompileResult {
  /** By `namespace/name` of the LLMGateway; only accepted gateways have one. */
  readonly snapshots: ReadonlyMap<string, Snapshot>
  /** Ordered by kind, then by namespace/name. */
  readonly conditions: readonly ResourceConditions[]
  /** The same by kind, then by `namespace/name`. */
  readonly conditionsByKind: ReadonlyMap<string, ReadonlyMap<string, ResourceConditions>>
}
