import { type JsonObject, objectOrEmpty } from '@fairlead/base'
import type { FinishReason } from '../../operations/chat/model-response.ts'

/** Reads why a response ended, from its `status` and `incomplete_details`. */
export function decodeFinishReason(response: JsonObject, hasToolCalls: boolean): FinishReason {
  if (response['status'] === 'incomplete') {
    const { reason } = objectOrEmpty(response['incomplete_details'])
    return reason === 'content_filter' ? 'content_filter' : 'length'
  }
  return hasToolCalls ? 'tool_calls' : 'stop'
}

export function encodeFinishReason(reason: FinishReason): {
  readonly status: 'completed' | 'incomplete'
  readonly incomplete_details: JsonObject | null
} {
  switch (reason) {
    case 'length':
      return { status: 'incomplete', incomplete_details: { reason: 'max_output_tokens' } }
    case 'content_filter':
      return { status: 'incomplete', incomplete_details: { reason: 'content_filter' } }
    case 'stop':
    case 'tool_calls':
      return { status: 'completed', incomplete_details: null }
  }
}
