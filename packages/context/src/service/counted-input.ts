import type { Item, ToolDefinition } from '@fairlead/llm'
import type { CountedBy } from '../plan/count-tokens.ts'

/** What is to be counted. */
export interface CountInputRequest {
  readonly model: string
  /** `namespace/name` of the LLMProvider; undefined where it is not known. */
  readonly provider?: string | undefined
  readonly items: readonly Item[]
  readonly tools: readonly ToolDefinition[]
}

export interface CountedInput {
  readonly tokens: number
  readonly counted_by: CountedBy
}
