import type { ModelError } from '../../errors/model-error.ts'
import type { Annotation, DialectExtras, MessageItem, NativeItem, OutputFilePart } from './item.ts'
import type { FinishReason, Usage } from './model-response.ts'

/** With this a text begins a message of its own, instead of going on with the one before it. */
export type MessageStart = Pick<MessageItem, 'id' | 'phase'>

/**
 * One piece of a streamed answer, in no provider's format. Grammar: one `response-start`; then
 * text, annotation, reasoning, refusal, tool-call, file and native events, where each
 * `tool-call-start` opens the index that its deltas carry and indices count up from 0, and an
 * `annotation` belongs to the latest text; then at most one `usage`; then one `finish`, which is
 * last; or an `error` at any point, after which nothing follows.
 */
export type StreamEvent =
  | {
      readonly type: 'response-start'
      readonly id: string
      readonly model: string
      /** Unix seconds. */
      readonly createdAt: number
    }
  | {
      readonly type: 'text-delta'
      readonly text: string
      readonly logprobs?: readonly unknown[]
      /** It begins another part of the message: texts are kept apart where their maker did so. */
      readonly startsPart?: true
      readonly message?: MessageStart
    }
  | { readonly type: 'annotation'; readonly annotation: Annotation }
  | { readonly type: 'refusal-delta'; readonly text: string; readonly message?: MessageStart }
  | {
      readonly type: 'reasoning-delta'
      readonly text: string
      /** The number of the summary's part to which it belongs; absent for the thinking itself. */
      readonly summaryPart?: number
    }
  /** Closes a reasoning block; the sealed parts are known only here. */
  | {
      readonly type: 'reasoning-end'
      readonly id?: string
      readonly maker?: string
      readonly signature?: string
      readonly encryptedContent?: string
    }
  | {
      readonly type: 'tool-call-start'
      readonly index: number
      readonly id: string
      readonly name: string
      /** Its arguments are free text. */
      readonly custom?: true
      readonly signature?: string
      readonly maker?: string
      /** Of the item; `id` is that of the call. */
      readonly itemId?: string
      readonly extras?: DialectExtras
    }
  | { readonly type: 'tool-call-delta'; readonly index: number; readonly arguments: string }
  /** A file that the model made, whole. */
  | { readonly type: 'file'; readonly file: OutputFilePart }
  | { readonly type: 'native'; readonly item: NativeItem }
  | { readonly type: 'usage'; readonly usage: Usage }
  | {
      readonly type: 'finish'
      readonly finishReason: FinishReason
      /** See `ModelResponse`. */
      readonly endsOddly?: true
      readonly stopSequence?: string
      readonly serviceTier?: string
      readonly extras?: DialectExtras
    }
  | { readonly type: 'error'; readonly error: ModelError }
