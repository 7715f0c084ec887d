import { ModelError } from '../../errors/model-error.ts'
import type { FunctionCallItem, FunctionCallOutputItem, Item } from './item.ts'

/** The outputs of a history's calls. */
interface Outputs {
  /** The output of a call, once for each. Throws a ModelError 400 for a call without one. */
  of(call: FunctionCallItem): FunctionCallOutputItem
  /** Throws a ModelError 400 if an output belongs to no call that was asked for. */
  rejectUnmatched(): void
}

/** Outputs by call id, in order: some providers reuse ids within a history. */
export function matchOutputs(items: readonly Item[]): Outputs {
  const outputs = new Map<string, FunctionCallOutputItem[]>()
  for (const item of items) {
    if (item.type !== 'function_call_output') continue
    const known = outputs.get(item.call_id)
    if (known === undefined) outputs.set(item.call_id, [item])
    else known.push(item)
  }
  const left = new Map([...outputs].map(([callId, known]) => [callId, known.values()]))
  let answered = 0
  return {
    of(call) {
      const output = left.get(call.call_id)?.next().value
      if (output === undefined) throw unansweredCall(call)
      answered += 1
      return output
    },
    rejectUnmatched() {
      rejectUnmatchedOutputs(items, answered)
    },
  }
}

function unansweredCall(call: FunctionCallItem): ModelError {
  return new ModelError(
    'invalid-request',
    `The tool call '${call.call_id}' of '${call.name}' has no output. Send a tool message with this tool_call_id right after the assistant message.`,
    { param: 'messages', code: 'tool_output_missing' },
  )
}

function rejectUnmatchedOutputs(items: readonly Item[], answered: number): void {
  const outputs = items.filter((item) => item.type === 'function_call_output')
  if (outputs.length === answered) return
  const calledIds = new Set(
    items.flatMap((item) => (item.type === 'function_call' ? [item.call_id] : [])),
  )
  const unmatched = outputs.find((output) => !calledIds.has(output.call_id)) ?? outputs.at(-1)
  throw new ModelError(
    'invalid-request',
    `The tool output '${unmatched?.call_id ?? ''}' does not match any call. Send one tool message per call, after the assistant message whose tool_calls contain that id.`,
    { param: 'messages', code: 'tool_call_missing' },
  )
}
