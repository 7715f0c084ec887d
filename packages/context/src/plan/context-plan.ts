import type { RetrievalProblem, RetrievedPassage } from '../turns/retrieved-block.ts'
import type { CountedBy } from './count-tokens.ts'
import type { ToolRepair } from '../turns/pair-tool-calls.ts'

/** The explanation of one prompt: what was included, what was omitted, and by which rule. */
export interface ContextPlan extends PlanPlacement {
  readonly id: string
  readonly object: 'ccp.context_plan'
  /** The conversation's id; `new` in a dry run for a conversation that does not exist yet. */
  readonly conversation: string
  readonly at_revision: number
  /** `name@generation`. */
  readonly strategy: string
  readonly persona: string | null
  readonly model: string
  /** The attempt that the prompt was made for: once somebody has answered, the one that was answered. */
  readonly attempt: PlanAttempt
  /** The model's context window in tokens; null when unknown. */
  readonly window: number | null
  readonly budget: PlanBudget
  readonly counted_by: CountedBy
  readonly segments: readonly PlanSegment[]
  /** What became of the turns of the path, oldest first; no turn is in two of them. */
  readonly decisions: readonly PlanDecision[]
  /**
   * What only its maker reads and was therefore left out of the history, at most the newest
   * `planListMax`; visible text is kept.
   */
  readonly sealed: readonly OmittedSeal[]
  /** How many were left out. */
  readonly sealed_total: number
  /**
   * Items of the history that the prompt lacks because they cannot be sent, at most the newest
   * `planListMax`.
   */
  readonly left_out_items: readonly LeftOutItem[]
  /** How many there are. */
  readonly left_out_items_total: number
  readonly tool_groups: {
    /** Number of tool calls in the prompt; the pairing of each was checked. */
    readonly checked: number
    readonly repaired: number
    /**
     * Calls without an output and outputs without a call, and how each was repaired; at most the
     * newest `planListMax`.
     */
    readonly repairs: readonly ToolRepair[]
  }
  /** What was retrieved for the turn. Absent where nothing was looked for. */
  readonly retrieval?: PlanRetrieval
  /** What stands in place of older turns. Absent where the strategy summarises none. */
  readonly summary?: PlanSummary
  /**
   * The item with which the history begins: by it, the provider that is asked has compacted all before
   * it. Absent where there is none.
   */
  readonly compaction?: { readonly turn: string; readonly item: string | null }
  /**
   * Where the strategy wants providers to compact: whether the one that is asked is told so. One that
   * cannot, at the API that is called, is sent what the strategy sends otherwise.
   */
  readonly provider_compaction?: 'asked' | 'not_offered'
  readonly epoch: { readonly n: number; readonly compacted: boolean }
  readonly prefix: { readonly hash: string; readonly stable_tokens: number }
  /** Of all that is sent: tools, system, history with its seals, new input. */
  readonly rendered_digest: string
}

/** How many tokens a prompt may have; what it has stands in its segments. */
export interface PlanBudget {
  /** The window less what is reserved for the answer; null where it is not known. */
  readonly prompt: number | null
  readonly reserve_output: number
  /** Of past turns, beside what is pinned and an open tool loop; null for no limit. */
  readonly history: number | null
}

/** What became of a summary that is wanted. */
export interface SummaryWork {
  readonly state: 'being_made' | 'failed'
  /** In words, without anything secret; null where all goes well. */
  readonly problem: string | null
}

/** The summary in a prompt, and whether another one is wanted, of more. */
export interface PlanSummary {
  /** Null for none. */
  readonly id: string | null
  /** The turns that it covers. */
  readonly from: string | null
  readonly to: string | null
  /** How often the oldest of it has been shortened. */
  readonly level: number | null
  /** `not_made`: it is wanted, and nobody has begun it, or it has come to nothing that helps. */
  readonly next: 'not_needed' | 'not_made' | SummaryWork['state']
  readonly problem: string | null
}

/** Where in the conversation's tree the new turn was placed. */
export interface PlanPlacement {
  /** How many of the items that the caller sent were recognised as said before. */
  readonly matched: number
  /** The turn that the new one follows, where that is not the newest of its branch; null otherwise. */
  readonly branched_at: string | null
  /** The turn that the new one replaces; null for none. */
  readonly superseded: string | null
}

export interface PlanAttempt {
  /** From 1. */
  readonly number: number
  /** Name of the route's target. */
  readonly target: string
  /** `namespace/name` of the LLMProvider. */
  readonly provider: string
  readonly model: string
}

/**
 * Why a seal was left out: another provider, platform, model or account is asked than the one that
 * made it; what stands before it is not what it was made after; its answer was cut; it is not known
 * who made it; or it is a compaction that stands for a pinned turn, or for a call without its output.
 */
export type SealProblem =
  | 'provider_mismatch'
  | 'platform_mismatch'
  | 'model_mismatch'
  | 'account_mismatch'
  | 'prefix_changed'
  | 'turn_not_completed'
  | 'unknown_origin'
  | 'covers_pinned'

/** The most entries of a list in a plan that has one for each item of a history. */
export const planListMax = 100

export interface OmittedSeal {
  readonly turn: string
  readonly item: string
  readonly action: 'omitted'
  readonly reason: SealProblem
}

export interface LeftOutItem {
  readonly turn: string
  /** Its id and its type; null for what has none. */
  readonly item: string | null
  readonly type: string | null
  /**
   * `unreadable`: what is kept is no item. `unknown_to_target`: only another API knows its type.
   * `refused_by_target`: the target takes no such content.
   */
  readonly reason: 'unreadable' | 'unknown_to_target' | 'refused_by_target'
  /** What is wrong with it, in words; null where the reason says it. */
  readonly problem: string | null
}

export interface PlanSegment {
  readonly kind: 'tools' | 'system' | 'pinned' | 'summary' | 'history' | 'retrieval' | 'input'
  /**
   * Names of the tools, name of the persona; of history, its first turn and its last one; of what
   * was retrieved, the passages that are quoted.
   */
  readonly ids: readonly string[]
  readonly tokens: number
  readonly cache: 'stable' | 'append' | 'volatile'
  /** Whether the provider is told to cache the prompt up to its end. Absent for no. */
  readonly breakpoint?: true
}

/** What became of turns that follow each other on the path. */
export interface PlanDecision {
  /** The oldest of them; null for all from the first turn, which were not looked at. */
  readonly from: string | null
  /** The newest of them; the same turn for one alone. */
  readonly to: string
  /** Null where they were not looked at. */
  readonly count: number | null
  readonly action: 'kept' | 'dropped' | 'pinned' | 'trimmed' | 'summarised'
  /** The strategy field that decided, such as `history.lastTurns`. */
  readonly rule: string
  readonly reason: string
  /** Of all of them together; null where they were not looked at. */
  readonly tokens: number | null
}

/** What was found for a turn, and what could not be searched. */
export interface PlanRetrieval {
  /** Best first, at most `planListMax`. */
  readonly passages: readonly PlanPassage[]
  readonly passages_total: number
  readonly problems: readonly RetrievalProblem[]
}

export interface PlanPassage extends Omit<RetrievedPassage, 'action' | 'metadata'> {
  readonly action: 'retrieved' | 'dropped'
  readonly reason: 'relevant' | 'below_min_score' | 'over_budget' | 'duplicate'
}
