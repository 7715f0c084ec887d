import type { ToolDefinition } from '@fairlead/llm'
import type { LeftOutTurns } from './turn.ts'

/** The protocol's version on the wire. */
export const protocolVersion = 'v1alpha1'

/** One conversation as it is stored; `presentConversation` turns it into what callers see. */
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
    /** Increases with every stored change; 0 before the first turn. */
    readonly revision: number
    /** The newest turn of the selected branch; null before the first. */
    readonly head: string | null
    /** The selected branch: the one that new input continues. */
    readonly branch: string
    /** The newest turn of each branch that has one. */
    readonly branches: Readonly<Record<string, string>>
    /** How many turns it has, on all branches: the newest `seq`. */
    readonly turns: number
    /** How often turns that had ended were changed: pinned, or items of theirs deleted. */
    readonly rewrites: number
    /** Turns that are pinned, at most `pinnedMax`. */
    readonly pinned: readonly string[]
    /**
     * Whether a caller has sent turns along that were in the log: then a body is taken for all that
     * its caller has, also where it has no answer of a model.
     */
    readonly sends_history: boolean
    /** Whom the conversation is about: the key by which all that is kept of a person is deleted. */
    readonly subject: string | null
    readonly retention: ConversationRetention
    readonly epoch: EpochState
    /** What the caller chose for this conversation; null follows the gateway's default. */
    readonly persona: string | null
    readonly strategy: string | null
    /** Name of the ConversationStore. */
    readonly store: string
    readonly variables: Readonly<Record<string, string>>
  }
}

export interface ConversationRetention {
  /** Unix seconds; null follows the store. */
  readonly expires_at: number | null
  /** Whether nothing of it is deleted, by time or on demand. */
  readonly legal_hold: boolean
}

/** The branch that every conversation begins with. */
export const mainBranch = 'main'

/** The most turns that a conversation may have pinned. */
export const pinnedMax = 32

/** The most branches that a conversation may have. */
export const branchesMax = 100

/** Within an epoch the rendered prefix only grows; persona and tools are pinned when it starts. */
export interface EpochState {
  readonly n: number
  /** First turn in the epoch's history; null means from the beginning. */
  readonly from_turn: string | null
  /**
   * The context window for which history was cut, in tokens; null if the strategy alone decided. A
   * larger one brings the history back. Absent in what older versions stored, as `tools` is.
   */
  readonly cut_for?: number | null
  /** What stands in place of the turns before `from_turn`. Absent where nothing does. */
  readonly summary?: EpochSummary
  /** Whether turns before `from_turn` are left out that no summary tells. Absent for no. */
  readonly is_shortened?: true
  readonly persona: PinnedPersona | null
  /** The ContextStrategy of the newest turn; null before the first. */
  readonly strategy: { readonly name: string; readonly revision: number } | null
  /** The history settings that determined `from_turn`, such as `LastTurns/5/0`. */
  readonly rule: string
  /** Hash of persona and the caller's instructions; empty before the first turn. */
  readonly head_hash: string
  /** The tools of the epoch, in the order in which they are sent. */
  readonly tools?: readonly FrozenTool[]
}

/** A summary of the turns from the root of the tree to one of them, which are kept all the same. */
export interface EpochSummary {
  readonly id: string
  readonly text: string
  /** The first turn, and the last one, with which a group ends. */
  readonly from: string
  readonly to: string
  /** The `seq` of `to`. */
  readonly to_seq: number
  /** How many turns. */
  readonly turns: number
  /** Of those turns. */
  readonly tokens: number
  /** How often the oldest of it has been shortened: 1 for what was summarised once. */
  readonly level: number
  /** Those of the turns that it leaves out, as `Turn.left_out` has them. */
  readonly left_out: LeftOutTurns | null
}

/** A tool as an epoch keeps it: another definition under its name starts the next epoch. */
export interface FrozenTool {
  readonly name: string
  readonly hash: string
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
