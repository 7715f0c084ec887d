import type { ModelError } from '../../errors/model-error.ts'
import type { FinishReason, Usage } from './model-response.ts'

/**
 * One piece of a streamed answer, in no provider's format. Grammar: one `response-start`; then
 * text, reasoning, refusal and tool-call events, where each `tool-call-start` opens the index that
 * its deltas carry and indices count up from 0; then at most one `usage`; then one `finish`, which
 * is last; or an `error` at any point, after which nothing follows.
 */
export type StreamEvent =
  | {
      readonly type: 'response-start'
      readonly id: string
      readonly model: string
      /** Unix seconds. */
      readonly createdAt: number
    }
  | { readonly type: 'text-delta'; readonly text: string }
  | { readonly type: 'refusal-delta'; readonly text: string }
  | { readonly type: 'reasoning-delta'; readonly text: string }
  /** Closes a reasoning block; the sealed parts are known only here. */
  | {
      readonly type: 'reasoning-end'
      readonly signature?: string
      readonly encryptedContent?: string
    }
  | {
      readonly type: 'tool-call-start'
      readonly index: number
      readonly id: string
      readonly name: string
    }
  | { readonly type: 'tool-call-delta'; readonly index: number; readonly arguments: string }
  | { readonly type: 'usage'; readonly usage: Usage }
  | { readonly type: 'finish'; readonly finishReason: FinishReason }
  | { readonly type: 'error'; readonly error: ModelError }
