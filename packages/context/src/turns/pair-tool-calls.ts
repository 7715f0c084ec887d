import type { FunctionCallOutputItem, Item } from '@fairlead/llm'
import { isCallOutput, isModelItem } from './item-kind.ts'

/** An item of a prompt and the turn it came from. */
export interface PromptEntry {
  readonly turn: string
  readonly item: Item
}

/** How a broken pair of a tool call and its output was repaired. */
export interface ToolRepair {
  readonly turn: string
  readonly call_id: string
  readonly action: 'error_output_added' | 'orphan_output_dropped'
}

interface PairedEntries {
  readonly entries: readonly PromptEntry[]
  /** Number of tool calls. */
  readonly checked: number
  readonly repairs: readonly ToolRepair[]
}

const noOutputText =
  'Error: this tool call has no result. It was interrupted before the application answered it.'

/**
 * Arranges the entries of one group as every provider accepts them: each run of model items is
 * followed by the outputs of all its calls, in call order, before anything else. (Anthropic requires
 * them at the start of the next message; OpenAI requires one per call before any other message.) A
 * call without an output takes a spare one or gets an error output; an output without a call is
 * dropped. `repairs` lists every error output added and every output dropped.
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

/** The consecutive model items from here on that belong to one turn. */
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
