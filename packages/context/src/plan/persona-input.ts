import type { ToolDefinition } from '@fairlead/llm'

/** A Persona as plans are made from it; the gateway takes it from its snapshot. */
export interface PersonaInput {
  readonly name: string
  readonly generation: number
  readonly hash: string
  /** A template: `{{variable}}`. */
  readonly instructions: string
  readonly variables: readonly PersonaVariable[]
  readonly tools: readonly ToolDefinition[]
}

interface PersonaVariable {
  readonly name: string
  readonly default: string | undefined
  /** Clock: the current date in UTC, `YYYY-MM-DD`. */
  readonly from: 'Clock' | undefined
}
