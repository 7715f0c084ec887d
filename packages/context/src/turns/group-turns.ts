import type { FunctionCallOutputItem } from '@fairlead/llm'
import { isCallOutput, isUserMessage } from './item-kind.ts'
import type { Turn } from './turn.ts'
import { outputInHistory } from './turn-in-history.ts'

/**
 * The unit that is never split: everything from one user message to the next, including the tool
 * calls in between and their outputs, however many stored turns that took.
 */
export interface TurnGroup {
  /** Id of its first turn. */
  readonly id: string
  readonly turns: readonly Turn[]
  /** Tool outputs from turns that prompts omit: they can still answer the group's calls. */
  readonly spareOutputs: readonly FunctionCallOutputItem[]
}

/**
 * Groups turns, oldest first. A turn starts a group when its input has a user message and none of
 * its tool outputs answers an open call; any other turn continues the previous group.
 */
export function groupTurns(
  turns: readonly Turn[],
  isInHistory: (turn: Turn) => boolean,
): TurnGroup[] {
  const groups: { id: string; turns: Turn[]; spareOutputs: FunctionCallOutputItem[] }[] = []
  let openCalls = new Set<string>()
  for (const turn of turns) {
    const outputs = turn.input.filter(isCallOutput)
    const last = groups.at(-1)
    if (!isInHistory(turn)) {
      for (const output of outputs) last?.spareOutputs.push(output)
      continue
    }
    const answers = outputs.some((output) => openCalls.has(output.call_id))
    if (last === undefined || (!answers && turn.input.some(isUserMessage))) {
      groups.push({ id: turn.id, turns: [turn], spareOutputs: [] })
      openCalls = new Set()
    } else {
      last.turns.push(turn)
    }
    for (const output of outputs) openCalls.delete(output.call_id)
    for (const item of outputInHistory(turn)) {
      if (item.type === 'function_call') openCalls.add(item.call_id)
    }
  }
  return groups
}
