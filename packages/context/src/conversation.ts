import type { Item, ToolDefinition, Usage } from '@fairlead/llm'

/** The protocol's version on the wire. */
export const protocolVersion = 'v1alpha1'

/** One conversation, as it is stored; `presentConversation` makes what callers are shown. */
export interface Conversation {
  readonly id: string
  readonly object: 'conversation'
  /** Unix seconds. */
  readonly created_at: number
  readonly metadata: Readonly<Record<string, string>>
  readonly ccp: {
    readonly version: typeof protocolVersion
    /** `namespace/name` of the Consumer, or empty for anonymous callers. Another tenant's id is a 404. */
    readonly tenant: string
    /** Counts up with every stored change; 0 before the first turn. */
    readonly revision: number
    /** The newest turn of `main`; null before the first. */
    readonly head: string | null
    readonly epoch: EpochState
    /** What the caller chose for this conversation; null follows the gateway's default. */
    readonly persona: string | null
    readonly strategy: string | null
    /** Name of the ConversationStore. */
    readonly store: string
    readonly variables: Readonly<Record<string, string>>
  }
}

/** Within an epoch the rendered prefix only grows; persona and tools are pinned when it starts. */
export interface EpochState {
  readonly n: number
  /** First turn that the epoch's history holds; null means from the beginning. */
  readonly from_turn: string | null
  readonly persona: PinnedPersona | null
  /** The strategy of the newest turn; null before the first. */
  readonly strategy: { readonly name: string; readonly revision: number } | null
  /** The history settings that decided `from_turn`, such as `LastTurns/5/0`. */
  readonly rule: string
  /** Hash of what stands before the history: tools, persona, the caller's instructions. */
  readonly head_hash: string
}

/** A persona as it was rendered at the start of the epoch. */
export interface PinnedPersona {
  readonly name: string
  readonly revision: number
  /** Hash of the Persona resource that was rendered. */
  readonly hash: string
  readonly rendered: string
  readonly tools: readonly ToolDefinition[]
}

export type TurnStatus = 'in_progress' | 'completed' | 'incomplete' | 'failed' | 'cancelled'

/** One exchange: what came in and what the model said. A turn is never edited once it is finished. */
export interface Turn {
  readonly id: string
  readonly conversation: string
  readonly parent: string | null
  /** Counts up from 1. */
  readonly seq: number
  readonly branch: string
  readonly status: TurnStatus
  /**
   * System and developer messages that stood at the head of what the caller sent, when they differ
   * from those in force; empty otherwise. The newest stand in front of every later prompt.
   */
  readonly instructions: readonly Item[]
  readonly input: readonly Item[]
  readonly output: readonly Item[]
  readonly usage: TurnUsage | null
  /** The model that the caller asked for; `usage.model` is the one that answered. */
  readonly model: string
  /** Number of the epoch that the turn's prompt belonged to. Sealed parts are valid in it only. */
  readonly epoch: number
  readonly plan: string | null
  /** A turn with the same idempotency key that did not complete and that this one takes the place of. */
  readonly supersedes: string | null
  readonly idempotency_key: string | null
  readonly request_digest: string | null
  /** Unix seconds. */
  readonly created_at: number
  readonly completed_at: number | null
}

export interface TurnUsage {
  readonly input_tokens: Usage['inputTokens']
  readonly cached_tokens: Usage['cachedInputTokens']
  readonly output_tokens: Usage['outputTokens']
  readonly model: string
}

/** The explanation of one prompt: what went in, what did not, and by which rule. */
export interface ContextPlan {
  readonly id: string
  readonly object: 'ccp.context_plan'
  readonly conversation: string
  readonly at_revision: number
  /** `name@generation`. */
  readonly strategy: string
  readonly persona: string | null
  readonly model: string
  /** The model's context window in tokens, where it is known. */
  readonly window: number | null
  readonly counted_by: { readonly method: string }
  readonly segments: readonly PlanSegment[]
  readonly decisions: readonly PlanDecision[]
  /** Signatures and encrypted reasoning of the history that were left out; the text stayed. */
  readonly sealed: readonly OmittedSeal[]
  readonly tool_groups: {
    /** Tool calls of the prompt whose pairing was checked. */
    readonly checked: number
    readonly repaired: number
    /** Calls that nobody answered and outputs that answer nothing, and what was done about each. */
    readonly repairs: readonly ToolRepair[]
  }
  readonly epoch: { readonly n: number; readonly compacted: boolean }
  readonly prefix: { readonly hash: string; readonly stable_tokens: number }
  readonly rendered_digest: string
}

export interface OmittedSeal {
  readonly turn: string
  readonly item: string
  readonly action: 'omitted'
  readonly reason: 'model_mismatch' | 'prefix_changed' | 'turn_not_completed'
}

export interface ToolRepair {
  readonly turn: string
  readonly call_id: string
  readonly action: 'error_output_added' | 'orphan_output_dropped'
}

export interface PlanSegment {
  readonly kind: 'tools' | 'system' | 'history' | 'input'
  readonly ids: readonly string[]
  readonly tokens: number
  readonly cache: 'stable' | 'append' | 'volatile'
}

export interface PlanDecision {
  readonly turn: string
  readonly action: 'kept' | 'dropped'
  /** The strategy field that decided, such as `history.lastTurns`. */
  readonly rule: string
  readonly reason: string
  readonly tokens: number
}
