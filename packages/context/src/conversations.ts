import type { Item, ModelError, ToolDefinition, Usage } from '@fairlead/llm'
import type { ContextPlan, Conversation, Turn, TurnStatus } from './conversation.ts'

/**
 * Conversations of one store, as the gateway uses them. Every method ends within its deadline:
 * a store that is slow or down is a ModelError of kind `unavailable` (503), never a lost turn.
 * An unknown id, and an id of another tenant, is a ModelError of kind `not-found`.
 */
export interface Conversations {
  create(request: CreateConversation): Promise<Conversation>
  get(tenant: string, id: string): Promise<Conversation>
  remove(tenant: string, id: string): Promise<void>
  turns(tenant: string, id: string): Promise<readonly Turn[]>
  items(tenant: string, id: string, page: ItemPageRequest): Promise<ItemPage>
  /** One item; not found is a 404 `item_not_found`. */
  item(tenant: string, id: string, itemId: string): Promise<StoredItem>
  /** Replaces the metadata, as OpenAI's `POST /v1/conversations/{id}` does. */
  updateMetadata(
    tenant: string,
    id: string,
    metadata: Readonly<Record<string, string>>,
  ): Promise<Conversation>
  /** A recorded plan. Stores keep the newest of each conversation; others are a 404 `plan_not_found`. */
  recordedPlan(tenant: string, planId: string): Promise<ContextPlan>
  /** The plan that `begin` would make, storing nothing. */
  plan(request: TurnRequest): Promise<PreparedPrompt>
  /**
   * Opens a turn: waits briefly for a turn that is running (then 400 `conversation_locked`), makes
   * the plan and stores the turn `in_progress` before anything goes upstream. The stored input is
   * what is new: messages of the log that the caller repeated are recognised and left out.
   */
  begin(request: TurnRequest): Promise<OpenTurn>
  /** Turns that a crash left `in_progress` become `incomplete`. Called once at start. */
  recover(): Promise<number>
  close(): Promise<void>
}

export interface CreateConversation {
  readonly tenant: string
  /** A caller's own id; undefined makes `conv_` + ULID. */
  readonly id?: string
  readonly metadata?: Readonly<Record<string, string>>
  readonly items?: readonly Item[]
  readonly persona?: string
  readonly strategy?: string
  readonly variables?: Readonly<Record<string, string>>
}

export interface ItemPageRequest {
  /** 1 to 100; 20 when left out. */
  readonly limit?: number
  /** `desc` (newest first) when left out, as OpenAI does. */
  readonly order?: 'asc' | 'desc'
  /** Item id to continue after. */
  readonly after?: string
}

export type StoredItem = Item & { readonly id: string }

export interface ItemPage {
  readonly items: readonly StoredItem[]
  readonly hasMore: boolean
}

/** A strategy as the planner takes it; the gateway maps its snapshot's settings to this. */
export interface StrategyInput {
  readonly name: string
  readonly generation: number
  readonly history:
    | { readonly mode: 'Full' }
    | { readonly mode: 'LastTurns'; readonly turns: number; readonly slackTurns: number }
  readonly reserveOutputTokens: number
  readonly onOverflow: 'Compact' | 'Error'
}

/** A persona as the planner takes it. */
export interface PersonaInput {
  readonly name: string
  readonly generation: number
  readonly hash: string
  readonly instructions: string
  readonly variables: readonly {
    readonly name: string
    readonly default: string | undefined
    readonly from: 'Clock' | undefined
  }[]
  readonly tools: readonly ToolDefinition[]
}

export interface TurnRequest {
  readonly tenant: string
  readonly conversation: string
  /** Whether a conversation that does not exist is made (ids that the caller chose). */
  readonly createIfMissing: boolean
  /** What the caller sent: new input, possibly after repeated earlier messages. */
  readonly input: readonly Item[]
  readonly tools: readonly ToolDefinition[]
  readonly model: string
  readonly window: number | undefined
  readonly strategy: StrategyInput
  readonly persona: PersonaInput | undefined
  readonly variables?: Readonly<Record<string, string>>
  readonly expectedRevision?: number
  readonly idempotencyKey?: string
  readonly requestDigest?: string
  readonly signal: AbortSignal
}

/** The prompt for one call: what the model is sent and why. */
export interface PreparedPrompt {
  readonly conversation: Conversation
  readonly plan: ContextPlan
  /** Persona, history and new input, in the order of assembly. */
  readonly items: readonly Item[]
  readonly tools: readonly ToolDefinition[]
}

export interface OpenTurn extends PreparedPrompt {
  readonly turn: Turn
  /**
   * Set when the idempotency key was used before, with the same request, by a turn that completed:
   * `turn` and `replay` are then that turn. Nothing was stored and no model must be called: answer
   * with `replay.output` and `replay.usage`. `plan` is the recorded one; `items` and `tools` are
   * empty; `flush` does nothing and `finish` gives the turn back.
   */
  readonly replay?: Turn
  /**
   * Hands over what the model has said so far. Written at most every few hundred milliseconds, so
   * that a crash keeps a cut answer; never waits and never throws.
   */
  flush(output: readonly Item[]): void
  /** Ends the turn. Resolves when it is stored: only then may the caller be told that it is done. */
  finish(end: TurnEnd): Promise<Turn>
}

export interface TurnEnd {
  readonly status: Exclude<TurnStatus, 'in_progress'>
  readonly output: readonly Item[]
  readonly usage: Usage | undefined
  readonly model: string
  readonly error?: ModelError
}
