import type { FinishReason } from '../../operations/chat/model-response.ts'

/**
 * Reads `stop_reason`. A `tool_use` without a call for the caller is a plain stop: the call was of
 * the tool that stands in for a JSON answer, or of one that the provider runs itself.
 * https://platform.claude.com/docs/en/build-with-claude/handling-stop-reasons
 */
export function decodeStopReason(value: unknown, hasToolCalls: boolean): FinishReason {
  switch (value) {
    case 'max_tokens':
    case 'model_context_window_exceeded':
      return 'length'
    case 'refusal':
      return 'content_filter'
    case 'tool_use':
      return hasToolCalls ? 'tool_calls' : 'stop'
    default:
      return 'stop'
  }
}

const shared: ReadonlySet<unknown> = new Set([
  'end_turn',
  'stop_sequence',
  'max_tokens',
  'refusal',
  'tool_use',
])

/** Whether a reason says more than its canonical form: a turn that was paused, a full window. */
export function hasOwnMeaning(value: unknown): boolean {
  return typeof value === 'string' && !shared.has(value)
}

export function encodeStopReason(reason: FinishReason): string {
  switch (reason) {
    case 'stop':
      return 'end_turn'
    case 'length':
      return 'max_tokens'
    case 'tool_calls':
      return 'tool_use'
    case 'content_filter':
      return 'refusal'
  }
}
