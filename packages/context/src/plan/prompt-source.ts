import type { Item, ToolDefinition } from '@fairlead/llm'
import type { EpochState } from '../turns/conversation.ts'
import type { Turn } from '../turns/turn.ts'
import type { ContextPlan } from './context-plan.ts'
import type { CountTokens } from './count-tokens.ts'
import type { PersonaInput } from './persona-input.ts'
import type { StrategyInput } from './strategy-input.ts'

/** The part of a request that shapes its prompt. */
export interface PromptRequest {
  readonly model: string
  /** The model's context window in tokens; undefined when unknown: then nothing is cut. */
  readonly window: number | undefined
  readonly strategy: StrategyInput
  readonly persona: PersonaInput | undefined
  readonly tools: readonly ToolDefinition[]
}

/** Everything that a prompt is made from: the same source gives the same bytes. */
export interface PromptSource {
  readonly conversation: string
  readonly revision: number
  readonly epoch: EpochState
  readonly variables: Readonly<Record<string, string>>
  /** Every stored turn, oldest first, followed by those that the request brought as history. */
  readonly log: readonly Turn[]
  /** The turn that starts: it has instructions and input, and no output yet. */
  readonly current: Turn
  readonly request: PromptRequest
  readonly nowMs: number
  readonly countTokens: CountTokens
  /** How plans name `countTokens`. */
  readonly countedBy: string
}

export interface AssembledPrompt {
  /** The conversation's epoch as of this prompt. */
  readonly epoch: EpochState
  readonly items: readonly Item[]
  readonly tools: readonly ToolDefinition[]
  readonly plan: Omit<ContextPlan, 'id'>
}
