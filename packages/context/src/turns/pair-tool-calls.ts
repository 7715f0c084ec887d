import type { FunctionCallOutputItem, Item } from '@fairlead/llm'
import { isCallOutput, isModelItem } from './item-kind.ts'

/** An item of a prompt and the turn it came from. */
export interface PromptEntry {
  readonly turn: string
  readonly item: Item
  /** Whether it is part of the turn's answer. False when left out. */
  readonly isOutput?: boolean
  /** Whether it was retrieved for the turn, and said by nobody. False when left out. */
  readonly isRetrieved?: boolean
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
  if (!entries.some(isOfTool)) return { entries, checked: 0, repairs: [] }
  const paired: PromptEntry[] = []
  const repairs: ToolRepair[] = []
  const answers = new CallAnswers(entries)
  const spares = new Map(spareOutputs.map((output) => [output.call_id, output]))
  let checked = 0
  let at = 0
  while (at < entries.length) {
    const run = modelRun(entries, at)
    if (run.length === 0) {
      const entry = entries[at++]
      if (entry === undefined || answers.isTaken(entry)) continue
      if (!isCallOutput(entry.item)) paired.push(entry)
      else repairs.push(repair(entry.turn, entry.item.call_id, 'orphan_output_dropped'))
      continue
    }
    at += run.length
    for (const entry of run) paired.push(entry)
    for (const { turn, item } of run) {
      if (item.type !== 'function_call') continue
      checked++
      const answer = answers.take(item.call_id, at)
      if (answer !== undefined) {
        paired.push(answer)
        continue
      }
      const spare = spares.get(item.call_id)
      paired.push({ turn, item: spare ?? errorOutput(item.call_id) })
      if (spare === undefined) repairs.push(repair(turn, item.call_id, 'error_output_added'))
    }
  }
  return { entries: paired, checked, repairs }
}

function isOfTool({ item }: PromptEntry): boolean {
  return item.type === 'function_call' || isCallOutput(item)
}

/** The consecutive model items from here on that belong to one turn. */
function modelRun(entries: readonly PromptEntry[], from: number): readonly PromptEntry[] {
  let end = from
  while (isRunOf(entries[from]?.turn, entries[end])) end++
  return entries.slice(from, end)
}

function isRunOf(turn: string | undefined, entry: PromptEntry | undefined): boolean {
  return entry !== undefined && entry.turn === turn && isModelItem(entry.item)
}

interface PlacedEntry {
  readonly entry: PromptEntry
  readonly index: number
}

/**
 * The outputs of a group, by call id. Calls are answered from the first to the last, so each list
 * is read once, from its start to its end.
 */
class CallAnswers {
  /** The calls and outputs of each call id, and how many of them are of no more use. */
  readonly #placed = new Map<string, { readonly list: PlacedEntry[]; passed: number }>()
  readonly #taken = new Set<PromptEntry>()

  constructor(entries: readonly PromptEntry[]) {
    for (const [index, entry] of entries.entries()) {
      const { item } = entry
      if (item.type !== 'function_call' && !isCallOutput(item)) continue
      const known = this.#placed.get(item.call_id)
      if (known === undefined) {
        this.#placed.set(item.call_id, { list: [{ entry, index }], passed: 0 })
      } else known.list.push({ entry, index })
    }
  }

  isTaken(entry: PromptEntry): boolean {
    return this.#taken.has(entry)
  }

  /** The first output for the call at or after an index, before the call id is used again. */
  take(callId: string, from: number): PromptEntry | undefined {
    const placed = this.#placed.get(callId)
    if (placed === undefined) return undefined
    while ((placed.list[placed.passed]?.index ?? from) < from) placed.passed += 1
    const entry = placed.list[placed.passed]?.entry
    if (entry === undefined || !isCallOutput(entry.item)) return undefined
    placed.passed += 1
    this.#taken.add(entry)
    return entry
  }
}

function errorOutput(callId: string): FunctionCallOutputItem {
  return { type: 'function_call_output', call_id: callId, output: noOutputText, is_error: true }
}

function repair(turn: string, callId: string, action: ToolRepair['action']): ToolRepair {
  return { turn, call_id: callId, action }
}
