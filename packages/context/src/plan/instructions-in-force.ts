import type { Item } from '@fairlead/llm'
import type { Turn } from '../conversation.ts'

/** The caller's system and developer messages that hold now: those that were given last. */
export function instructionsInForce(turns: readonly Turn[]): readonly Item[] {
  return turns.findLast((turn) => turn.instructions.length > 0)?.instructions ?? []
}
