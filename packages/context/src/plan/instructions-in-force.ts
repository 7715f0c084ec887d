import type { Item } from '@fairlead/llm'
import type { Turn } from '../turns/turn.ts'

/** The caller's system and developer messages that apply now: the most recent ones. */
export function instructionsInForce(turns: readonly Turn[]): readonly Item[] {
  return turns.findLast((turn) => turn.instructions.length > 0)?.instructions ?? []
}
