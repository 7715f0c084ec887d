import type { FinishReason } from '../../operations/chat/model-response.ts'

/** https://ai.google.dev/api/generate-content#FinishReason */
const filtered: ReadonlySet<unknown> = new Set([
  'SAFETY',
  'RECITATION',
  'LANGUAGE',
  'BLOCKLIST',
  'PROHIBITED_CONTENT',
  'SPII',
  'MODEL_ARMOR',
  'IMAGE_SAFETY',
  'IMAGE_PROHIBITED_CONTENT',
  'IMAGE_RECITATION',
])

/** After these there is no answer that anybody could use, unless something came before. */
const failed: ReadonlySet<unknown> = new Set([
  'MALFORMED_FUNCTION_CALL',
  'MALFORMED_RESPONSE',
  'UNEXPECTED_TOOL_CALL',
  'MISSING_THOUGHT_SIGNATURE',
])

export const isFailed = (reason: unknown): boolean => failed.has(reason)

/** Reads `finishReason`. An answer with calls ends with `STOP` too. */
export function decodeFinishReason(reason: unknown, hasToolCalls: boolean): FinishReason {
  if (reason === 'MAX_TOKENS') return 'length'
  if (filtered.has(reason)) return 'content_filter'
  return hasToolCalls ? 'tool_calls' : 'stop'
}

export function encodeFinishReason(reason: FinishReason): string {
  switch (reason) {
    case 'length':
      return 'MAX_TOKENS'
    case 'content_filter':
      return 'SAFETY'
    case 'stop':
    case 'tool_calls':
      return 'STOP'
  }
}
