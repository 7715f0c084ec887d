import type { FinishReason, Item, Usage } from '@fairlead/llm'
import type { RetrievedBlock } from './retrieved-block.ts'

export type TurnStatus = 'in_progress' | 'completed' | 'incomplete' | 'failed' | 'cancelled'

/**
 * One exchange: the caller's input and the model's answer; a node of the conversation's tree. A
 * finished turn is never edited, except that it may be pinned and that its items may be deleted.
 */
export interface Turn {
  readonly id: string
  readonly conversation: string
  /** The turn that it follows; null for one that follows nothing. */
  readonly parent: string | null
  /** Increases from 1 over all turns of the conversation, whatever their branch. */
  readonly seq: number
  /** The branch that it was added to. */
  readonly branch: string
  readonly status: TurnStatus
  /**
   * System and developer messages at the head of the caller's input, when they differ from those in
   * force; empty otherwise. The newest ones precede every later prompt.
   */
  readonly instructions: readonly Item[]
  /** The turn of its path, perhaps itself, whose instructions are in force after it; null for none. */
  readonly instructed_by: string | null
  /** What of the turns before it its caller no longer has; null for nothing. */
  readonly left_out: LeftOutTurns | null
  /** What was retrieved for it and stands in front of its input. Absent where nothing was looked for. */
  readonly retrieved?: RetrievedBlock
  readonly input: readonly Item[]
  readonly output: readonly Item[]
  readonly usage: TurnUsage | null
  /** Why the model stopped; null until it has. */
  readonly finish_reason: FinishReason | null
  /** Who answered; null until somebody has. Decides where the seals of its output may be sent. */
  readonly answered_by: TurnAnswerer | null
  /** The model that the caller asked for; `usage.model` is the one that answered. */
  readonly model: string
  /** Number of the epoch that the turn's prompt belonged to. */
  readonly epoch: number
  readonly plan: string | null
  /**
   * The turn that this one replaces: its question was asked again, or its call was sent again after
   * it had not completed.
   */
  readonly supersedes: string | null
  /** Whether prompts keep it although the strategy would leave it out. */
  readonly pinned: boolean
  /** What was kept as items of it and is none. Absent where all is well. */
  readonly unreadable?: readonly UnreadableItem[]
  /** The kept response that tells its answer; null where none does. */
  readonly response: string | null
  readonly idempotency_key: string | null
  /** Digest of the request that it answers. */
  readonly request_digest: string | null
  /** Its end was stored after its caller had been told that it could not be. */
  readonly unacknowledged?: true
  /** Unix seconds. */
  readonly created_at: number
  readonly completed_at: number | null
}

/**
 * Turns of the path to a turn that its caller no longer sends, because their messages were deleted.
 * Prompts of this turn and of those that follow it, until one says otherwise, leave them out.
 */
export interface LeftOutTurns {
  /** The first turn that is still there: all before it are left out; null for none. */
  readonly before: string | null
  /** Others that are left out. */
  readonly turns: readonly string[]
}

/** Something that was kept as an item and that nobody can read. */
export interface UnreadableItem {
  /** Its id and its type, as far as it has any. */
  readonly item: string | null
  readonly type: string | null
  /** What is wrong with it, in words. */
  readonly problem: string
}

/** Who made an answer, as far as it decides who can read the answer's seals. */
export interface TurnAnswerer {
  /** `namespace/name` of the LLMProvider. */
  readonly provider: string
  /** Its type and address: the same model's seals do not travel between platforms. */
  readonly platform: string
  readonly model: string
  /** A digest that tells accounts apart, never the key itself. */
  readonly account: string
  /** Digest of the prompt as it was sent, seals included: what the answer's seals are bound to. */
  readonly prompt: string
}

export interface TurnUsage {
  readonly input_tokens: Usage['inputTokens']
  readonly cached_tokens: Usage['cachedInputTokens']
  readonly output_tokens: Usage['outputTokens']
  readonly model: string
}
