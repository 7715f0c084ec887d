import { type JsonObject, stringOrUndefined } from '@fairlead/base'
import type { FinishReason } from '../../operations/chat/model-response.ts'

/**
 * Reads `finish_reason`. Some compatible providers send `stop` after tool calls, and some use words
 * of their own; then the presence of tool calls decides.
 */
export function decodeFinishReason(value: unknown, hasToolCalls: boolean): FinishReason {
  switch (value) {
    case 'length':
    case 'max_tokens':
    case 'model_length':
      return 'length'
    case 'content_filter':
      return 'content_filter'
    case 'tool_calls':
    case 'function_call':
      return 'tool_calls'
    default:
      return hasToolCalls ? 'tool_calls' : 'stop'
  }
}

const knownEnds: ReadonlySet<unknown> = new Set([
  'stop',
  'length',
  'max_tokens',
  'model_length',
  'content_filter',
  'tool_calls',
  'function_call',
  // Of servers that say how a text ended in words of their own.
  'eos',
  'eos_token',
  'end_turn',
  'stop_sequence',
])

/** Whether nothing says that an answer came to its end: its reason is missing, or a word like `abort`. */
export function endsOddly(value: unknown): boolean {
  return !knownEnds.has(value)
}

/** The stop sequence at which a choice ended; vLLM tells it as `stop_reason`, SGLang as `matched_stop`. */
export function readStopSequence(choice: JsonObject): string | undefined {
  return stringOrUndefined(choice['stop_reason']) ?? stringOrUndefined(choice['matched_stop'])
}
