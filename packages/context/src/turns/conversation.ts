import type { ToolDefinition } from '@fairlead/llm'

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
  /** First turn in the epoch's history; null means from the beginning. */
  readonly from_turn: string | null
  readonly persona: PinnedPersona | null
  /** The ContextStrategy of the newest turn; null before the first. */
  readonly strategy: { readonly name: string; readonly revision: number } | null
  /** The history settings that determined `from_turn`, such as `LastTurns/5/0`. */
  readonly rule: string
  /** Hash of everything before the history: tools, persona, the caller's instructions. */
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
