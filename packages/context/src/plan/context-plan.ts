import type { ToolRepair } from '../turns/pair-tool-calls.ts'

/** The explanation of one prompt: what was included, what was omitted, and by which rule. */
export interface ContextPlan {
  readonly id: string
  readonly object: 'ccp.context_plan'
  /** The conversation's id; `new` in a dry run for a conversation that does not exist yet. */
  readonly conversation: string
  readonly at_revision: number
  /** `name@generation`. */
  readonly strategy: string
  readonly persona: string | null
  readonly model: string
  /** The model's context window in tokens; null when unknown. */
  readonly window: number | null
  readonly counted_by: { readonly method: string }
  readonly segments: readonly PlanSegment[]
  readonly decisions: readonly PlanDecision[]
  /** Signatures and encrypted reasoning omitted from the history; their text is kept. */
  readonly sealed: readonly OmittedSeal[]
  readonly tool_groups: {
    /** Number of tool calls in the prompt; the pairing of each was checked. */
    readonly checked: number
    readonly repaired: number
    /** Calls without an output and outputs without a call, and how each was repaired. */
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
