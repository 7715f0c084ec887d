import type { FunctionCallOutputItem, Item } from '@fairlead/llm'
import type { Turn } from './conversation.ts'
import { outputInHistory } from './turn-in-history.ts'

/**
 * What is never cut apart: everything from one user message to the next. The tool calls that the
 * model made on the way and their outputs are in it, however many stored turns they took.
 */
export interface TurnGroup {
  /** Id of its first turn. */
  readonly id: string
  readonly turns: readonly Turn[]
  /** Tool outputs of turns that are left out of prompts: they still answer the group's calls. */
  readonly spareOutputs: readonly FunctionCallOutputItem[]
}

/**
 * Groups turns, oldest first. A turn begins a group when a user message is in its input and none
 * of its outputs answers a call that is still open; anything else continues the group before it.
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
      last?.spareOutputs.push(...outputs)
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

export function isUserMessage(item: Item): boolean {
  return item.type === 'message' && item.role === 'user'
}

export function isCallOutput(item: Item): item is FunctionCallOutputItem {
  return item.type === 'function_call_output'
}

/** Whether the model says this, rather than the application. */
export function isModelItem(item: Item): boolean {
  return (
    item.type === 'reasoning' ||
    item.type === 'function_call' ||
    (item.type === 'message' && item.role === 'assistant')
  )
}

/** Whether this tells the model how to behave, rather than being said in the conversation. */
export function isInstruction(item: Item): boolean {
  return item.type === 'message' && (item.role === 'system' || item.role === 'developer')
}
