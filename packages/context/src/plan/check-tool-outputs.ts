import { ModelError } from '@fairlead/llm'
import type { TurnGroup } from '../turns/group-turns.ts'
import { isCallOutput, isUserMessage } from '../turns/item-kind.ts'
import type { ToolRepair } from '../turns/pair-tool-calls.ts'
import type { Turn } from '../turns/turn.ts'

/**
 * Refuses a caller's mistakes with tool outputs, which in an older turn are repaired: an output that
 * answers no open call (400 `unknown_call_id`), and some outputs of calls that the model made
 * together while others are missing (400 `missing_tool_outputs`), unless a message of the user says
 * that the application goes on without them. `repairs` are those of the open group.
 */
export function checkToolOutputs(
  repairs: readonly ToolRepair[],
  open: TurnGroup,
  current: Turn,
): void {
  const orphan = repairs.find(
    ({ turn, action }) => turn === current.id && action === 'orphan_output_dropped',
  )
  if (orphan !== undefined) throw unknownCall(orphan.call_id)
  if (!current.input.some(isCallOutput) || current.input.some(isUserMessage)) return
  const asking = open.turns.findLast(
    ({ id, output }) => id !== current.id && output.some(({ type }) => type === 'function_call'),
  )
  // Of an answer that was cut the caller may have seen only some of the calls.
  if (asking?.status !== 'completed') return
  const missing = repairs
    .filter(({ turn, action }) => turn === asking.id && action === 'error_output_added')
    .map(({ call_id: callId }) => callId)
  if (missing.length > 0) throw missingOutputs(missing)
}

function unknownCall(callId: string): ModelError {
  return new ModelError(
    'invalid-request',
    `The tool output for call "${callId}" answers no open call in this conversation. Send it once, right after the call, with the call id that the model gave.`,
    { code: 'unknown_call_id', param: 'input' },
  )
}

function missingOutputs(callIds: readonly string[]): ModelError {
  const list = callIds.map((id) => `"${id}"`).join(', ')
  return new ModelError(
    'invalid-request',
    `The model made several tool calls together, and there is no output for ${list}. Send the outputs of all of them in one request, or a user message to go on without the missing ones.`,
    { code: 'missing_tool_outputs', param: 'input' },
  )
}
