import type { FunctionCallOutputItem, Item } from '@fairlead/llm'
import type { ToolRepair } from './conversation.ts'
import { isCallOutput, isModelItem } from './group-turns.ts'

/** An item of a prompt and the turn that it came from. */
export interface PromptEntry {
  readonly turn: string
  readonly item: Item
}

export interface PairedEntries {
  readonly entries: readonly PromptEntry[]
  readonly checked: number
  readonly repairs: readonly ToolRepair[]
}

const noOutputText =
  'Error: this tool call has no result. It was interrupted before the application answered it.'

/**
 * Puts the entries of one group into the form that every provider accepts: after each run of the
 * model's items come the outputs of all its calls, in the order of the calls, before anything else
 * (Anthropic wants them first in the very next message; OpenAI wants one per call, before any other
 * message). A call without an output takes a spare one or gets an error output; an output without a
 * call is dropped. Both are named in `repairs`.
 */
export function pairToolCalls(
  entries: readonly PromptEntry[],
  spareOutputs: readonly FunctionCallOutputItem[],
): PairedEntries {
  const paired: PromptEntry[] = []
  const repairs: ToolRepair[] = []
  const used = new Set<PromptEntry>()
  let checked = 0
  let at = 0
  while (at < entries.length) {
    const run = modelRun(entries, at)
    if (run.length === 0) {
      const entry = entries[at++]
      if (entry === undefined || used.has(entry)) continue
      if (!isCallOutput(entry.item)) paired.push(entry)
      else repairs.push(repair(entry.turn, entry.item.call_id, 'orphan_output_dropped'))
      continue
    }
    at += run.length
    paired.push(...run)
    const later = entries.slice(at)
    for (const { turn, item } of run) {
      if (item.type !== 'function_call') continue
      checked++
      const answer = takeAnswer(item.call_id, later, used)
      if (answer !== undefined) {
        paired.push(answer)
        continue
      }
      const spare = spareOutputs.findLast((output) => output.call_id === item.call_id)
      paired.push({ turn, item: spare ?? errorOutput(item.call_id) })
      if (spare === undefined) repairs.push(repair(turn, item.call_id, 'error_output_added'))
    }
  }
  return { entries: paired, checked, repairs }
}

/** The model's items from here on that came from the same turn. */
function modelRun(entries: readonly PromptEntry[], from: number): PromptEntry[] {
  const run: PromptEntry[] = []
  for (const entry of entries.slice(from)) {
    if (!isModelItem(entry.item) || entry.turn !== (run[0] ?? entry).turn) break
    run.push(entry)
  }
  return run
}

/** The first output for the call, before the same call id is used again. */
function takeAnswer(
  callId: string,
  later: readonly PromptEntry[],
  used: Set<PromptEntry>,
): PromptEntry | undefined {
  for (const entry of later) {
    if (entry.item.type === 'function_call' && entry.item.call_id === callId) return undefined
    if (!isCallOutput(entry.item) || entry.item.call_id !== callId || used.has(entry)) continue
    used.add(entry)
    return entry
  }
  return undefined
}

function errorOutput(callId: string): FunctionCallOutputItem {
  return { type: 'function_call_output', call_id: callId, output: noOutputText, is_error: true }
}

function repair(turn: string, callId: string, action: ToolRepair['action']): ToolRepair {
  return { turn, call_id: callId, action }
}
