import type {
  Consumer,
  ContextStrategy,
  ConversationStore,
  LLMGateway,
  LLMProvider,
  Persona,
  PromptTemplate,
  ReferenceGrant,
  RoutingPolicy,
} from '@fairlead/api'
import type { Condition } from '@fairlead/kube-core'
import type { ReplicaProblem, Snapshot } from '@fairlead/snapshot'

/** Every resource that configuration is made of, as the API server stores them. */
export interface ResourceSet {
  readonly gateways: readonly LLMGateway[]
  readonly providers: readonly LLMProvider[]
  readonly routingPolicies: readonly RoutingPolicy[]
  readonly promptTemplates: readonly PromptTemplate[]
  readonly personas: readonly Persona[]
  readonly contextStrategies: readonly ContextStrategy[]
  readonly conversationStores: readonly ConversationStore[]
  readonly consumers: readonly Consumer[]
  readonly referenceGrants: readonly ReferenceGrant[]
  /** Labels by namespace name, for `allowedNamespaces: {from: Selector}`. */
  readonly namespaces: ReadonlyMap<string, Readonly<Record<string, string>>>
}

/** The conditions that one resource should carry, without times: the writer keeps those. */
export interface ResourceConditions {
  readonly kind: string
  readonly namespace: string
  readonly name: string
  readonly generation: number
  readonly conditions: readonly PlannedCondition[]
  /** RoutingPolicy only: per gateway that it names. */
  readonly gateways?: readonly {
    readonly gatewayRef: { readonly namespace?: string; readonly name: string }
    readonly controllerName: string
    readonly conditions: readonly PlannedCondition[]
  }[]
  /** PromptTemplate only. */
  readonly activeVersions?: readonly string[]
}

export type PlannedCondition = Pick<Condition, 'type' | 'status' | 'reason' | 'message'>

export interface CompileResult {
  /** By `namespace/name` of the LLMGateway; only accepted gateways have one. */
  readonly snapshots: ReadonlyMap<string, Snapshot>
  readonly conditions: readonly ResourceConditions[]
}

/** What one replica says that it runs: the value of an entry of LLMGateway.status.replicas. */
export interface ReplicaReport {
  readonly name: string
  /** Hash of the snapshot that it serves. */
  readonly configHash: string
  readonly ready: boolean
  /** RFC 3339. */
  readonly reportedAt: string
  readonly problems: readonly ReplicaProblem[]
  /** What the last calls to each provider have shown; nothing of those not called yet. */
  readonly providers?: readonly {
    readonly namespace: string
    readonly name: string
    readonly health: 'Healthy' | 'Unreachable' | 'Unauthorized' | 'RateLimited' | 'Unknown'
    readonly message?: string
  }[]
}
