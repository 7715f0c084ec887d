import type { FinishReason } from '../../operations/chat/model-response.ts'

/** https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html#bedrock-runtime_Converse-response-stopReason */
export function decodeStopReason(reason: unknown, hasCalls: boolean): FinishReason {
  switch (reason) {
    case 'max_tokens':
    case 'model_context_window_exceeded':
      return 'length'
    case 'guardrail_intervened':
    case 'content_filtered':
      return 'content_filter'
    default:
      return hasCalls ? 'tool_calls' : 'stop'
  }
}

export function encodeStopReason(reason: FinishReason, stopSequence: string | undefined): string {
  switch (reason) {
    case 'length':
      return 'max_tokens'
    case 'content_filter':
      return 'content_filtered'
    case 'tool_calls':
      return 'tool_use'
    case 'stop':
      return stopSequence === undefined ? 'end_turn' : 'stop_sequence'
  }
}
